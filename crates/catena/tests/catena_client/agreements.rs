use catena::{AgreementDates, AgreementFilter, AgreementStatus, CatenaError, Change};
use contract::sample;
use serde_json::json;
use time::macros::datetime;

use crate::{
    every_call::ONE,
    script::{Fake, Reply, page, with},
};

const CURRENT: &str = "/v2/orgs/share-agreements";
const OLDER: &str = "/v2/orgs/share_agreements";

fn paths(fake: &Fake) -> Vec<String> {
    fake.api_requests().into_iter().map(|seen| seen.path).collect()
}

#[tokio::test]
async fn trap_c1_the_older_path_is_tried_once_and_kept_where_it_is_the_one_that_is_served() {
    for not_served in
        [Reply::error(404, &json!(null)), Reply::error(405, &json!(null)), Reply::html(404), Reply::empty(405)]
    {
        let fake = Fake::start().await;
        let agreement = Reply::json(200, &sample("share-agreement"));
        fake.api([not_served, page(&[sample("share-agreement")], None), page(&[], None), agreement.clone(), agreement]);
        let catena = fake.client();
        let filter = AgreementFilter { fleet_ref: Some("demo".into()), ..AgreementFilter::default() };
        assert_eq!(catena.agreements(&filter).await.unwrap().len(), 1);
        assert!(catena.agreements(&filter).await.unwrap().is_empty());
        assert!(catena.clone().agreement(ONE).await.unwrap().is_some());
        catena.pause_agreement(ONE).await.unwrap();
        let one = format!("{OLDER}/{ONE}");
        assert_eq!(paths(&fake), [CURRENT, OLDER, OLDER, &one, &format!("{one}/pause")]);
        assert_eq!(fake.api_requests()[1].query, "fleet_ref=demo");
    }
}

#[tokio::test]
async fn trap_c1_a_list_page_by_page_finds_the_path_that_is_served_as_well() {
    let fake = Fake::start().await;
    let first = page(&[sample("share-agreement")], Some("more"));
    fake.api([Reply::error(404, &json!(null)), first, page(&[sample("share-agreement")], None), page(&[], None)]);
    let catena = fake.client();
    let mut pages = catena.agreement_pages();
    assert_eq!(pages.next().await.unwrap().map(|page| page.len()), Some(1));
    assert_eq!(pages.next().await.unwrap().map(|page| page.len()), Some(1));
    assert!(pages.next().await.unwrap().is_none());
    catena.agreement_pages().next().await.unwrap();
    assert_eq!(paths(&fake), [CURRENT, OLDER, OLDER, OLDER]);
}

#[tokio::test]
async fn the_older_path_is_not_asked_for_where_the_current_one_is_served() {
    let fake = Fake::start().await;
    // For one record, 404 says that there is none.
    fake.api([page(&[], None), Reply::error(404, &json!(null)), page(&[], None)]);
    let catena = fake.client();
    catena.agreements(&AgreementFilter::default()).await.unwrap();
    assert_eq!(catena.agreement(ONE).await, Ok(None));
    catena.agreements(&AgreementFilter::default()).await.unwrap();
    assert_eq!(paths(&fake), [CURRENT, &format!("{CURRENT}/{ONE}"), CURRENT]);
}

#[tokio::test]
async fn where_neither_path_is_served_the_first_answer_is_told_and_nothing_is_remembered() {
    let fake = Fake::start().await;
    fake.api([Reply::error(405, &json!("Not here")), Reply::html(404), page(&[], None)]);
    let catena = fake.client();
    let error = catena.agreements(&AgreementFilter::default()).await.unwrap_err();
    assert_eq!(error, CatenaError::Refused { status: 405, detail: Some("Not here".into()) });
    catena.agreements(&AgreementFilter::default()).await.unwrap();
    assert_eq!(paths(&fake), [CURRENT, OLDER, CURRENT]);
}

#[tokio::test]
async fn when_the_older_path_goes_the_client_comes_back_to_the_current_one() {
    let fake = Fake::start().await;
    let gone = Reply::error(404, &json!(null));
    fake.api([gone.clone(), page(&[], None), gone, page(&[], None), page(&[], None)]);
    let catena = fake.client();
    for _ in 0..3 {
        catena.agreements(&AgreementFilter::default()).await.unwrap();
    }
    assert_eq!(paths(&fake), [CURRENT, OLDER, OLDER, CURRENT, CURRENT]);
}

#[tokio::test]
async fn other_trouble_with_a_list_says_nothing_about_its_path() {
    for reply in [Reply::error(403, &json!(null)), Reply::error(400, &json!("Invalid cursor value")), Reply::html(403)]
    {
        let fake = Fake::start().await;
        fake.api([reply]);
        fake.client().agreements(&AgreementFilter::default()).await.unwrap_err();
        assert_eq!(paths(&fake), [CURRENT]);
    }
}

#[tokio::test]
async fn a_date_that_stays_is_not_sent_and_one_that_is_cleared_is_null() {
    let fake = Fake::faithful().await;
    let ended = with(sample("share-agreement"), &json!({"expiration_date": "2026-04-01T00:00:00.000000Z"}));
    fake.api((0..3).map(|_| Reply::json(200, &ended)));
    let catena = fake.client();
    let end = datetime!(2026-04-01 02:00 +2);
    let dates = AgreementDates { expiration: Change::To(end), ..AgreementDates::default() };
    let agreement = catena.set_agreement_dates(ONE, &dates).await.unwrap();
    assert_eq!(agreement.expiration_date, Some(end));
    let dates = AgreementDates { effective: Change::To(datetime!(2026-03-02 15:00 UTC)), expiration: Change::Clear };
    catena.set_agreement_dates(ONE, &dates).await.unwrap();
    catena.set_agreement_dates(ONE, &AgreementDates::default()).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!((seen[0].method.as_str(), seen[0].path.clone()), ("PATCH", format!("{CURRENT}/{ONE}")));
    assert_eq!(seen[0].json(), json!({"expiration_date": "2026-04-01T00:00:00.000000Z"}));
    assert_eq!(seen[1].json(), json!({"effective_date": "2026-03-02T15:00:00.000000Z", "expiration_date": null}));
    assert_eq!(seen[2].json(), json!({}));
}

#[tokio::test]
async fn pausing_activating_and_cancelling_answer_the_agreement_as_it_is_now() {
    let fake = Fake::faithful().await;
    let with_status = |status: &str| Reply::json(200, &with(sample("share-agreement"), &json!({"status": status})));
    fake.api([with_status("paused"), with_status("active"), with_status("cancelled")]);
    let catena = fake.client();
    assert_eq!(catena.pause_agreement(ONE).await.unwrap().status, AgreementStatus::Paused);
    assert_eq!(catena.activate_agreement(ONE).await.unwrap().status, AgreementStatus::Active);
    assert_eq!(catena.cancel_agreement(ONE).await.unwrap().status, AgreementStatus::Cancelled);
    let seen = fake.api_requests();
    assert!(seen.iter().all(|seen| seen.method == "POST" && seen.body.is_empty()));
    let one = format!("{CURRENT}/{ONE}");
    assert_eq!(paths(&fake), [format!("{one}/pause"), format!("{one}/activate"), format!("{one}/cancel")]);
}

#[tokio::test]
async fn what_was_cancelled_can_not_be_paused() {
    let fake = Fake::start().await;
    fake.api([Reply::error(409, &json!("Agreement is cancelled"))]);
    let error = fake.client().pause_agreement(ONE).await.unwrap_err();
    assert_eq!(error, CatenaError::Conflict { detail: Some("Agreement is cancelled".into()) });
}
