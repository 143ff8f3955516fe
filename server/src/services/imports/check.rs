//! The dry run: a verdict on each row, from our own store, and from Catena where our store can't tell.

use std::collections::HashMap;

use domain::{
    import::{CheckedRow, ImportState, RowChecker, RowState, Verdict, rows},
    invitation::{existing::ExistingInvitation, upsert_forecast::UpsertForecast},
};
use time::OffsetDateTime;

use crate::{
    services::{
        imports::{Importer, lookup::forecast_from_store},
        invitations::{
            existing::{from_list, from_record, unreadable},
            request,
        },
    },
    store::{FleetsInvitation, ImportKey, ImportMove, ImportRow, ImportedRow, StoreError},
};
use catena::CatenaError;

/// Rows in one transaction: few, so that nobody waits for it.
const BATCH: usize = 500;
/// Up to this many fleets are looked up one by one; for more, all of Catena's invitations are listed once.
const FEW: usize = 20;

/// Catena's invitations, by the rows' numbers; and how many can't be read and don't say whose they are.
type Found = (HashMap<u32, Vec<ExistingInvitation>>, usize);

impl Importer {
    #[tracing::instrument(skip_all)]
    pub(crate) async fn check(&self, import: &ImportRow) -> Result<(), StoreError> {
        let key = import.key;
        // A dry run that was cut off starts over.
        while self.store.delete_import_rows(key, 2_000).await? > 0 {}
        let content = self.store.import_content(key).await?.unwrap_or_default();
        let reading = &import.reading;
        let now = self.clock.now();
        let mut checker = RowChecker::new(&reading.mapping, &self.base, reading.header.len());
        let mut rows = rows(&content, reading.delimiter, reading.header_line);
        let mut unsettled = HashMap::new();
        let mut number = 0;
        loop {
            let portion: Vec<CheckedRow> = rows.by_ref().take(BATCH).map(|row| checker.check(&row)).collect();
            if portion.is_empty() {
                break;
            }
            let refs: Vec<&str> =
                portion.iter().filter(|row| row.invitation.is_ok()).map(|row| row.fleet_ref.as_str()).collect();
            let ours = by_ref(self.store.invitations_of_fleets(&refs).await?);
            let batch: Vec<ImportedRow> = portion
                .into_iter()
                .map(|row| {
                    number += 1;
                    verdict(row, number, &ours, now)
                })
                .collect();
            unsettled.extend(
                batch.iter().filter(|row| row.verdict == Verdict::New).map(|row| (row.fleet_ref.clone(), row.number)),
            );
            self.store.add_import_rows(key, &batch).await?;
            if !self.is_wanted(key).await? {
                return Ok(());
            }
        }
        let reason = self.correct_verdicts(key, &unsettled, now).await?;
        let change = ImportMove { to: ImportState::Checked, reason, at: self.clock.now() };
        self.store.move_import(key, &[ImportState::Checking], &change).await?;
        Ok(())
    }

    async fn is_wanted(&self, key: ImportKey) -> Result<bool, StoreError> {
        Ok(self.store.import(key).await?.is_some_and(|import| import.state == ImportState::Checking))
    }

    /// Corrects the verdicts on fleets that Catena knows and our store doesn't. Returns what couldn't be looked up.
    async fn correct_verdicts(
        &self,
        key: ImportKey,
        unsettled: &HashMap<String, u32>,
        now: OffsetDateTime,
    ) -> Result<Option<String>, StoreError> {
        if unsettled.is_empty() {
            return Ok(None);
        }
        let (theirs, unassigned) = match self.known_at_catena(key, unsettled, now).await? {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(import = key.0, %error, "an import's dry run can't look up fleets at Catena");
                return Ok(Some(format!(
                    "Onramp couldn’t look up the fleets at Catena: {} The verdicts rest on what Onramp knows by itself, so a fleet \
                     that is new here may have an invitation at Catena. Each fleet is looked up again before it is invited.",
                    error.explain()
                )));
            }
        };
        let verdicts: Vec<(u32, Verdict)> = theirs
            .into_iter()
            .map(|(number, known)| (number, Verdict::of(&UpsertForecast::new(Some(&known), now), false)))
            .filter(|(_, verdict)| *verdict != Verdict::New)
            .collect();
        for batch in verdicts.chunks(BATCH) {
            self.store.set_verdicts(key, batch).await?;
        }
        if unassigned == 0 {
            return Ok(None);
        }
        tracing::warn!(
            import = key.0,
            count = unassigned,
            "an import's dry run left out invitations of Catena's that can't be read"
        );
        let (some, one) = if unassigned == 1 { ("one", "It may") } else { ("some", "They may") };
        Ok(Some(format!(
            "Onramp can’t read {some} of Catena’s invitations. {one} belong to a fleet that is new here. Each fleet is looked up \
             again before it is invited."
        )))
    }

    /// What Catena knows of the rows with these references.
    async fn known_at_catena(
        &self,
        key: ImportKey,
        unsettled: &HashMap<String, u32>,
        now: OffsetDateTime,
    ) -> Result<Result<Found, CatenaError>, StoreError> {
        let mut unassigned = 0;
        let mut known: HashMap<u32, Vec<ExistingInvitation>> = HashMap::new();
        if unsettled.len() <= FEW {
            for (fleet_ref, number) in unsettled {
                match self.catena.invitations_of(fleet_ref).await {
                    Ok(theirs) => known.entry(*number).or_default().extend(from_list(&theirs, now)),
                    Err(error) => return Ok(Err(error)),
                }
                tokio::time::sleep(self.pace.interval()).await;
            }
            return Ok(Ok((known, unassigned)));
        }
        let mut pages = self.catena.invitation_pages();
        loop {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(Ok((known, unassigned))),
                Err(error) => return Ok(Err(error)),
            };
            let number = |fleet_ref: &Option<String>| unsettled.get(fleet_ref.as_deref()?);
            for invitation in page.iter() {
                if let Some(number) = number(&invitation.fleet_ref) {
                    known.entry(*number).or_default().push(from_record(invitation));
                }
            }
            for record in &page.unreadable {
                match number(&record.fleet_ref) {
                    Some(number) => known.entry(*number).or_default().push(unreadable(now)),
                    None => unassigned += usize::from(record.fleet_ref.is_none()),
                }
            }
            if !self.is_wanted(key).await? {
                return Ok(Ok((known, unassigned)));
            }
            tokio::time::sleep(self.pace.interval()).await;
        }
    }
}

fn by_ref(ours: Vec<FleetsInvitation>) -> HashMap<String, Vec<FleetsInvitation>> {
    let mut by_ref: HashMap<String, Vec<FleetsInvitation>> = HashMap::new();
    for invitation in ours {
        by_ref.entry(invitation.fleet_ref.clone()).or_default().push(invitation);
    }
    by_ref
}

fn verdict(
    row: CheckedRow,
    number: u32,
    ours: &HashMap<String, Vec<FleetsInvitation>>,
    now: OffsetDateTime,
) -> ImportedRow {
    let (verdict, state, reason) = match &row.invitation {
        Err(reason) => (Verdict::Invalid, RowState::Invalid, Some(reason.clone())),
        Ok(checked) => {
            let known = ours.get(&checked.fleet_ref).map(Vec::as_slice).unwrap_or_default();
            let (forecast, same) = forecast_from_store(known, &request::to_json(checked), now);
            (Verdict::of(&forecast, same.is_some()), RowState::Waiting, None)
        }
    };
    ImportedRow {
        number,
        line: row.line,
        fleet_ref: row.fleet_ref,
        said: row.values,
        verdict,
        state,
        reason,
        started_at: None,
        invitation: None,
        expires_at: None,
    }
}
