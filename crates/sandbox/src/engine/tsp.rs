//! What can happen to telematics providers (CONTRACT.md 8).
//!
//! Choices: a deleted provider is gone, but connections with it stay; fleets can't choose a provider that isn't active; null
//! in an update leaves a field, except for the description, which it clears.

use uuid::Uuid;

use crate::state::{State, change::Change, error::ApiError, records::Tsp, update::Update};

/// What an update changes.
pub(crate) struct TspUpdate {
    pub(crate) name: Option<String>,
    pub(crate) source_name: Option<String>,
    pub(crate) conn_type: Option<String>,
    pub(crate) description: Update<String>,
}

impl Tsp {
    /// Whether an invitation's `limit_tsps` allows it. The contract doesn't say whether its values are slugs or source
    /// names (CONTRACT.md 5), so either counts.
    pub(crate) fn allowed_by(&self, limit: Option<&[String]>) -> bool {
        limit.is_none_or(|names| names.iter().any(|name| *name == self.slug || *name == self.source_name))
    }
}

impl State {
    /// A slug for a new provider that no other provider has.
    fn free_slug(&self, name: &str, id: Uuid) -> String {
        let words: String =
            name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        let slug = words.split_ascii_whitespace().collect::<Vec<_>>().join("-");
        let taken = slug.is_empty() || self.tsps.values().any(|tsp| tsp.slug == slug);
        if taken { format!("{slug}-{}", id.simple()).trim_start_matches('-').to_owned() } else { slug }
    }
}

impl Change<'_> {
    /// Adds a provider and gives it a slug.
    pub(crate) fn add_tsp(&mut self, tsp: Tsp) -> Tsp {
        let tsp = Tsp { slug: self.state.free_slug(&tsp.name, tsp.id), ..tsp };
        self.state.tsps.insert(tsp.id, tsp.clone());
        tsp
    }

    /// Changes a provider. Its slug stays.
    pub(crate) fn update_tsp(&mut self, id: Uuid, update: TspUpdate) -> Result<&Tsp, ApiError> {
        let tsp = self.state.tsps.get_mut(&id).ok_or(ApiError::NotFound)?;
        let set = |field: &mut String, value: Option<String>| *field = value.unwrap_or_else(|| std::mem::take(field));
        set(&mut tsp.name, update.name);
        set(&mut tsp.source_name, update.source_name);
        set(&mut tsp.conn_type, update.conn_type);
        update.description.apply(&mut tsp.description);
        tsp.updated_at = self.now;
        Ok(tsp)
    }

    /// Deletes a provider.
    pub(crate) fn delete_tsp(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.state.tsps.remove(&id).map(drop).ok_or(ApiError::NotFound)
    }
}
