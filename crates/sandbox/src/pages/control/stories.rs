//! Stories and the demo.

use leptos::prelude::*;

use app::components::Field;

use crate::pages::control::{labels::humanize, urls::PageUrls};

/// A story to select.
#[derive(Debug, Clone)]
pub(crate) struct StoryOption {
    /// Its name in forms.
    pub name: &'static str,
    /// What happens in it.
    pub about: &'static str,
}

/// What was typed for a story, with what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoryForm {
    /// The selected story.
    pub story: String,
    /// Empty: generated fleets.
    pub fleet_ref: String,
    pub count: String,
    /// Empty: as if the story had just ended.
    pub over_hours: String,
    pub fleet_ref_error: Option<String>,
    pub count_error: Option<String>,
    pub over_hours_error: Option<String>,
}

/// Plays a story or the demo.
#[component]
pub(crate) fn Stories(urls: PageUrls, stories: Vec<StoryOption>, form: StoryForm) -> impl IntoView {
    let (action, demo) = (urls.form("story"), urls.form("demo"));
    let options: Vec<_> = stories
        .iter()
        .map(|story| {
            let selected = story.name == form.story;
            view! { <option value=story.name selected=selected>{humanize(story.name)}</option> }
        })
        .collect();
    let descriptions: Vec<_> = stories
        .into_iter()
        .map(|story| view! { <div><dt>{humanize(story.name)}</dt><dd>{story.about}</dd></div> })
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
                        hint="Leave empty for generated fleets."
                    />
                    <Field name="count" label="How many fleets" value=form.count error=form.count_error inputmode="numeric"/>
                    <Field
                        name="over_hours"
                        label="Over how many hours"
                        value=form.over_hours
                        error=form.over_hours_error
                        hint="Leave empty to play it at once, as if it had just ended."
                        inputmode="numeric"
                    />
                </div>
                <div class="sandbox-buttons"><button class="button primary" type="submit">"Play"</button></div>
            </form>
            <details class="sandbox-more">
                <summary>"What happens in each story"</summary>
                <dl class="sandbox-told">{descriptions}</dl>
            </details>
            <form method="post" action=demo>
                <button class="button" type="submit">"Play the demo"</button>
                <p class="hint">"Adds 200 generated fleets in every stage and health, spread over the last four weeks."</p>
            </form>
        </section>
    }
}
