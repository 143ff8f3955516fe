use catena::{CatenaError, Execution, ExecutionStatus, Resource, Schedule, ScheduleStatus};
use serde_json::json;
use time::macros::datetime;

use crate::{
    every_call::{ONE, OTHER, execution, grown, schedule},
    script::{Fake, Reply, page},
};

#[tokio::test]
async fn schedules_of_a_connection_are_narrowed_to_a_resource() {
    let fake = Fake::faithful().await;
    fake.api([page(&[schedule()], Some("Pg%3D%3D")), page(&[schedule()], None), page(&[], None)]);
    let catena = fake.client();
    let schedules = catena.schedules(OTHER, Some(&Resource::VehicleLocation)).await.unwrap();
    assert_eq!(schedules.len(), 2);
    assert_eq!((&schedules[0].resource, &schedules[0].status), (&Resource::VehicleLocation, &ScheduleStatus::Active));
    assert_eq!(
        (schedules[0].execution_interval_seconds, schedules[0].consecutive_error_threshold),
        (Some(600), Some(15))
    );
    assert_eq!(schedules[0].last_data_at, Some(datetime!(2026-03-02 14:50 UTC)));
    catena.schedules(OTHER, None).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!(seen[0].path, format!("/v2/integrations/connections/{OTHER}/schedules"));
    let queries: Vec<&str> = seen.iter().map(|seen| seen.query.as_str()).collect();
    assert_eq!(queries, ["resource=vehicle_location", "resource=vehicle_location&cursor=Pg%3D%3D", ""]);
}

#[tokio::test]
async fn a_schedule_that_catena_does_not_know_is_none() {
    let fake = Fake::faithful().await;
    fake.api([Reply::json(200, &schedule()), Reply::error(404, &json!(null))]);
    let catena = fake.client();
    assert_eq!(catena.schedule(OTHER, ONE).await.unwrap().unwrap().id, ONE);
    assert_eq!(catena.schedule(OTHER, ONE).await, Ok(None));
    assert_eq!(fake.api_requests()[0].path, format!("/v2/integrations/connections/{OTHER}/schedules/{ONE}"));
}

#[tokio::test]
async fn trap_c25_that_schedules_are_forbidden_names_the_scope() {
    let fake = Fake::faithful().await;
    fake.api([Reply::error(403, &json!(null)), Reply::error(403, &json!(null))]);
    let catena = fake.client();
    let error = catena.schedules(OTHER, None).await.unwrap_err();
    assert_eq!(error, CatenaError::Forbidden { scope: Some("schedule:read") });
    let error = catena.executions(OTHER, ONE).next().await.unwrap_err();
    assert_eq!(error, CatenaError::Forbidden { scope: Some("execution:read") });
}

#[tokio::test]
async fn runs_come_page_by_page_and_may_be_gone_on_with_later() {
    let fake = Fake::faithful().await;
    fake.api([page(&[execution()], Some("Pg%3D%3D")), page(&[execution()], None)]);
    let catena = fake.client();
    let mut first = catena.executions(OTHER, ONE).of_size(1);
    assert_eq!(first.cursor(), None);
    let runs = first.next().await.unwrap().unwrap();
    assert_eq!((&runs[0].status, runs[0].fleet_id.is_some()), (&ExecutionStatus::Failed, true));
    let cursor = first.cursor().unwrap().to_owned();
    let mut later = catena.executions(OTHER, ONE).of_size(1).from_cursor(cursor);
    assert_eq!(later.next().await.unwrap().unwrap().len(), 1);
    assert_eq!(later.cursor(), None);
    assert_eq!(later.next().await, Ok(None));
    let seen = fake.api_requests();
    assert_eq!(seen[0].path, format!("/v2/integrations/connections/{OTHER}/schedules/{ONE}/executions"));
    assert_eq!((seen[0].query.as_str(), seen[1].query.as_str()), ("size=1", "size=1&cursor=Pg%3D%3D"));
}

#[test]
fn a_providers_raw_answer_is_not_kept() {
    let run: Execution = serde_json::from_value(execution()).unwrap();
    assert!(!format!("{run:?}").contains("eyJ"));
}

#[test]
fn values_that_nobody_has_published_yet_are_read() {
    let run: Execution = serde_json::from_value(grown(execution(), "status")).unwrap();
    assert_eq!(run.status, ExecutionStatus::Other("brand_new".into()));
    let read: Schedule = serde_json::from_value(grown(schedule(), "resource")).unwrap();
    assert_eq!(read.resource, Resource::Other("brand_new".into()));
    let least = json!({"id": ONE, "connection_id": OTHER, "resource": "message", "status": "stale"});
    let read: Schedule = serde_json::from_value(least).unwrap();
    assert_eq!((read.status, read.consecutive_error_count), (ScheduleStatus::Stale, None));
}
