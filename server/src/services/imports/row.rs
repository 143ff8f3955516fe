//! One row: look first, then ask (CONTRACT.md 13.5).

use std::time::Duration;

use domain::{
    import::{RowState, Standing, column_label, standing},
    invitation::request::Checked,
};

use crate::{
    services::{
        imports::{
            Importer,
            lookup::{Lost, by_our_store, known_to_catena, made_since, works_until},
        },
        invitations::{
            create::{InviteError, Invited},
            request,
        },
    },
    store::{ImportRow, ImportedRow, RowEnd, StoreError},
};
use catena::CatenaError;

/// What came of a row.
pub(crate) enum Outcome {
    /// Its end, without a call of Catena.
    Settled(RowEnd),
    /// Its end, after Catena was asked.
    Asked(RowEnd),
    /// No end yet.
    RowFailure(RowFailure),
}

/// Why the import can't go on as it is. Sentences for people, without secrets.
pub(crate) struct RowFailure {
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub advice: String,
    /// Whether Catena may have done it all the same.
    pub may_have_happened: bool,
    /// Whether it may pass by itself.
    pub passing: Passing,
}

/// Whether a trouble may pass by itself.
pub(crate) enum Passing {
    /// Somebody has to do something.
    Never,
    /// It may.
    Perhaps,
    /// Catena says when.
    After(Duration),
}

impl RowFailure {
    fn new(error: &CatenaError) -> Self {
        let passing = match error {
            CatenaError::RateLimited { retry_after: Some(wait) } => Passing::After(*wait),
            CatenaError::RateLimited { retry_after: None }
            | CatenaError::Unreachable { .. }
            | CatenaError::TimedOut { .. }
            | CatenaError::Server { .. }
            | CatenaError::NotJson { .. } => Passing::Perhaps,
            _ => Passing::Never,
        };
        Self {
            what: format!("{error}."),
            advice: format!("{} Then resume the import: it looks by itself what was done already.", error.advice()),
            may_have_happened: error.may_have_happened(),
            passing,
        }
    }
}

impl Importer {
    pub(crate) async fn row(&self, import: &ImportRow, row: &ImportedRow) -> Result<Outcome, StoreError> {
        let checked = match import.reading.mapping.draft(&row.said, &self.base).check() {
            Ok(checked) => checked,
            // It was good at the dry run; a newer Onramp may know better.
            Err(errors) => {
                let sentences = errors.iter().map(|(field, sentence)| format!("{}: {sentence}", column_label(field)));
                return Ok(Outcome::Settled(ended(RowState::Invalid, Some(sentences.collect::<Vec<_>>().join(" ")))));
            }
        };
        let asked = request::to_json(&checked);
        let now = self.clock.now();
        let began = row.started_at.filter(|_| row.state == RowState::Doing);
        let ours = self.store.invitations_of_fleets(&[&checked.fleet_ref]).await?;
        if began.is_none()
            && let (_, Some(same)) = by_our_store(&ours, &asked, now)
        {
            let end = ended(RowState::Unchanged, None);
            return Ok(Outcome::Settled(RowEnd { invitation: Some((same.id, same.expires_at)), ..end }));
        }
        let theirs = match self.catena.invitations_of(&checked.fleet_ref).await {
            Ok(theirs) => theirs,
            // Not done by this call; by the one before it, perhaps.
            Err(error) => {
                return Ok(Outcome::RowFailure(RowFailure {
                    may_have_happened: began.is_some(),
                    ..RowFailure::new(&error)
                }));
            }
        };
        let where_it_stands = standing(theirs.iter().map(known_to_catena), now);
        let until = works_until(&theirs, now);
        let actor = import.started_by.as_deref().unwrap_or(&import.actor);
        if let Some(began) = began
            && let lost = (Lost { began, hours: checked.expires_in_hours, asked: &asked })
            && let Some((invitation, is_new)) = made_since(theirs, &ours, lost, now)
        {
            return end(&checked, self.invitations.catch_up(&checked, &asked, actor, invitation, is_new).await);
        }
        if where_it_stands == Standing::Declined && !import.reopen_declined {
            let reason = "The fleet declined. Talk to it first, or import again with “Ask those who declined again”.";
            return Ok(Outcome::Asked(ended(RowState::LeftOut, Some(reason.into()))));
        }
        self.store.begin_row(import.key, row.number, now).await?;
        end(&checked, self.invitations.invite(&checked, &asked, actor, until).await)
    }
}

/// What asking Catena came to.
fn end(checked: &Checked, result: Result<Invited, InviteError>) -> Result<Outcome, StoreError> {
    let error = match result {
        Ok(Invited { id, is_new, expires_at, .. }) => {
            let state = if is_new { RowState::Created } else { RowState::Refreshed };
            let invitation = Some((id, expires_at));
            return Ok(Outcome::Asked(RowEnd { state, reason: None, invitation }));
        }
        Err(error) => error,
    };
    let error = match error {
        // The row stays marked, so that it is looked up once the database answers again.
        InviteError::Store(error) if error.is_outage() => return Err(error),
        InviteError::Catena(error) => error,
        error => {
            tracing::error!(%error, "an import's row can't be kept");
            return Ok(Outcome::RowFailure(RowFailure {
                what: format!("{error}."),
                advice: error.explain(),
                may_have_happened: true,
                passing: Passing::Never,
            }));
        }
    };
    // What Catena has against this row it need not have against the next one.
    let refused = matches!(
        error,
        CatenaError::Conflict { .. } | CatenaError::Invalid { .. } | CatenaError::Refused { status: 400 | 413, .. }
    );
    if refused {
        tracing::debug!(fleet_ref = checked.fleet_ref, %error, "Catena refuses a row of an import");
        return Ok(Outcome::Asked(ended(RowState::Refused, Some(format!("{error}.")))));
    }
    Ok(Outcome::RowFailure(RowFailure::new(&error)))
}

fn ended(state: RowState, reason: Option<String>) -> RowEnd {
    RowEnd { state, reason, invitation: None }
}
