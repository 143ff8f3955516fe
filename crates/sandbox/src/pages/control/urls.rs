//! The addresses on the page.

/// Where the page's links and forms lead.
#[derive(Debug, Clone)]
pub(crate) struct PageUrls {
    /// File name of the style sheet below `/pkg`.
    pub stylesheet: String,
    /// Path of the page itself.
    pub page: String,
    /// Path below which the page's forms are handled.
    pub forms: String,
    /// Path of Onramp, if the sandbox runs inside it.
    pub onramp: Option<String>,
}

impl PageUrls {
    /// The action of a form.
    pub(crate) fn form(&self, name: &str) -> String {
        format!("{}/{name}", self.forms)
    }
}
