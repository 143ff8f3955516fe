//! Stories and the demo.

use leptos::prelude::*;

use crate::pages::control::Places;
use app::components::Field;

/// A story to choose.
#[derive(Debug, Clone)]
pub struct StoryChoice {
    /// Its name in forms and addresses.
    pub name: &'static str,
    /// What happens in it.
    pub about: &'static str,
}

/// What was typed for a story, with what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct StoryForm {
    /// The story chosen.
    pub story: String,
    /// The fleet's reference; empty: made up.
    pub fleet_ref: String,
    /// How many fleets.
    pub count: String,
    /// Over how many hours; empty: as if it had just come to its end.
    pub over_hours: String,
    /// What is wrong with the reference.
    pub fleet_ref_error: Option<String>,
    /// What is wrong with the number.
    pub count_error: Option<String>,
    /// What is wrong with the hours.
    pub over_hours_error: Option<String>,
}

/// `happy_path` as people write it.
pub(crate) fn words(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// Plays a story or the demo.
#[component]
pub(crate) fn Stories(places: Places, choices: Vec<StoryChoice>, form: StoryForm) -> impl IntoView {
    let (action, demo) = (places.form("story"), places.form("demo"));
    let options: Vec<_> = choices
        .iter()
        .map(|choice| {
            let selected = choice.name == form.story;
            view! { <option value=choice.name selected=selected>{words(choice.name)}</option> }
        })
        .collect();
    let told: Vec<_> = choices
        .into_iter()
        .map(|choice| view! { <div><dt>{words(choice.name)}</dt><dd>{choice.about}</dd></div> })
        .collect();
    view! {
        <section class="card" aria-labelledby="stories">
            <h2 id="stories">"Stories"</h2>
            <form method="post" action=action>
                <div class="fields">
                    <div class="field">
                        <label for="story">"Story"</label>
                        <select id="story" name="story">{options}</select>
                    </div>
                    <Field
                        name="fleet_ref"
                        label="Fleet reference"
                        value=form.fleet_ref
                        error=form.fleet_ref_error
                        hint="Empty: made-up fleets."
                    />
                    <Field name="count" label="How many fleets" value=form.count error=form.count_error inputmode="numeric"/>
                    <Field
                        name="over_hours"
                        label="Over how many hours"
                        value=form.over_hours
                        error=form.over_hours_error
                        hint="Empty: at once, as if it had just come to its end."
                        inputmode="numeric"
                    />
                </div>
                <div class="sandbox-buttons"><button class="button primary" type="submit">"Play"</button></div>
            </form>
            <details class="sandbox-more">
                <summary>"What happens in each"</summary>
                <dl class="sandbox-told">{told}</dl>
            </details>
            <form method="post" action=demo>
                <button class="button" type="submit">"Play the demo"</button>
                <p class="hint">"200 made-up fleets in every stage and health, spread over the last four weeks."</p>
            </form>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_name_becomes_words() {
        assert_eq!(words("happy_path"), "Happy path");
        assert_eq!(words(""), "");
    }
}
