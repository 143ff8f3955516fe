//! Imports one row: looks up the fleet, plans, then calls Catena (CONTRACT.md 13.5).

use domain::{
    import::RowState,
    invitation::{
        confirmation::Agreed,
        request::{Checked, label},
        upsert_forecast::{Plan, Preview, ReferenceContext, plan},
    },
};

use crate::{
    services::{
        imports::{
            Importer,
            lookup::{Lost, find_lost, forecast_from_store},
            outcome::{Outcome, Retry, RowFailure},
        },
        invitations::{
            create::{InviteError, Invited},
            existing::from_list,
            request,
        },
    },
    store::{ImportRow, ImportedRow, RowEnd, StoreError},
};
use catena::CatenaError;

impl RowFailure {
    fn new(error: &CatenaError) -> Self {
        let retry = match error {
            CatenaError::RateLimited { retry_after: Some(wait) } => Retry::After(*wait),
            CatenaError::RateLimited { retry_after: None }
            | CatenaError::Unreachable { .. }
            | CatenaError::TimedOut { .. }
            | CatenaError::Server { .. }
            | CatenaError::NotJson { .. } => Retry::Later,
            _ => Retry::Never,
        };
        Self {
            what: format!("{error}."),
            advice: format!("{} Then resume the import: it finds out by itself what was already done.", error.advice()),
            may_have_happened: error.may_have_happened(),
            retry,
        }
    }
}

impl Importer {
    #[tracing::instrument(skip_all)]
    pub(crate) async fn row(&self, import: &ImportRow, row: &ImportedRow) -> Result<Outcome, StoreError> {
        let checked = match import.reading.mapping.draft(&row.said, &self.base).check() {
            Ok(checked) => checked,
            // It was valid at the dry run; a newer Onramp may be stricter.
            Err(errors) => {
                let sentences = errors.iter().map(|(field, sentence)| format!("{}: {sentence}", label(field)));
                return Ok(Outcome::Settled(ended(RowState::Invalid, Some(sentences.collect::<Vec<_>>().join(" ")))));
            }
        };
        let requested = request::to_json(&checked);
        let now = self.clock.now();
        let started_at = row.started_at.filter(|_| row.state == RowState::Doing);
        let ours = self.store.invitations_of_fleets(&[&checked.fleet_ref]).await?;
        if started_at.is_none()
            && let (_, Some(same)) = forecast_from_store(&ours, &requested, now)
        {
            let end = ended(RowState::Unchanged, None);
            return Ok(Outcome::Settled(RowEnd { invitation: Some((same.id, same.expires_at)), ..end }));
        }
        let theirs = match self.catena.invitations_of(&checked.fleet_ref).await {
            Ok(theirs) => theirs,
            // This call did nothing; the one before it may have.
            Err(error) => {
                return Ok(Outcome::Failed(RowFailure {
                    may_have_happened: started_at.is_some(),
                    ..RowFailure::new(&error)
                }));
            }
        };
        let known = from_list(&theirs, now);
        let actor = import.started_by.as_deref().unwrap_or(&import.actor);
        if let Some(started_at) = started_at
            && let lost = (Lost { started_at, hours: checked.expires_in_hours, requested: &requested })
            && let Some((invitation, is_new)) = find_lost(theirs.records, &ours, lost, now)
        {
            return end(&checked, self.invitations.catch_up(&checked, actor, invitation, is_new).await);
        }
        let agreed = Agreed::Settings { reopen_declined: import.reopen_declined };
        match plan(Some(&known), &checked, ReferenceContext::default(), &agreed, now) {
            Plan::Confirm(preview) => {
                Ok(Outcome::Called(ended(RowState::LeftOut, Some(why_left_out(&preview).to_owned()))))
            }
            Plan::Call { hours, .. } => {
                self.store.begin_row(import.key, row.number, now).await?;
                end(&checked, self.invitations.call_planned(&checked, hours, actor).await)
            }
        }
    }
}

/// Why a row is left out that somebody would have to confirm.
fn why_left_out(preview: &Preview) -> &'static str {
    if preview.reopens_declined() {
        "The fleet declined. Talk to it first, or import again with “Ask fleets that declined again”."
    } else {
        "Catena reports a status for this fleet’s invitation that Onramp doesn’t know. Invite the fleet on its own to see what \
         would happen and confirm it."
    }
}

/// The outcome of a call to Catena.
fn end(checked: &Checked, result: Result<Invited, InviteError>) -> Result<Outcome, StoreError> {
    let error = match result {
        Ok(Invited { id, is_new, expires_at, .. }) => {
            let state = if is_new { RowState::Created } else { RowState::Refreshed };
            let invitation = Some((id, expires_at));
            return Ok(Outcome::Called(RowEnd { state, reason: None, invitation }));
        }
        Err(error) => error,
    };
    let error = match error {
        // The row stays marked as started, so it is looked up once the database answers again.
        InviteError::Store(error) if error.is_outage() => return Err(error),
        InviteError::Catena(error) => error,
        error => {
            tracing::error!(%error, "an import's row can't be stored");
            return Ok(Outcome::Failed(RowFailure {
                what: format!("{error}."),
                advice: error.explain(),
                may_have_happened: true,
                retry: Retry::Never,
            }));
        }
    };
    // The reason for refusing this row may not apply to the next one.
    let refused = matches!(
        error,
        CatenaError::Conflict { .. } | CatenaError::Invalid { .. } | CatenaError::Refused { status: 400 | 413, .. }
    );
    if refused {
        tracing::debug!(fleet_ref = checked.fleet_ref, %error, "Catena refuses a row of an import");
        return Ok(Outcome::Called(ended(RowState::Refused, Some(format!("{error}.")))));
    }
    Ok(Outcome::Failed(RowFailure::new(&error)))
}

fn ended(state: RowState, reason: Option<String>) -> RowEnd {
    RowEnd { state, reason, invitation: None }
}
