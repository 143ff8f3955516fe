//! Bodies that know whether they have ended, and requests' bodies that are not waited for without end.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::{
    limits::BODY_RATE,
    place::{Ongoing, Reading},
};

/// The client took too long to send the body.
#[derive(Debug, thiserror::Error)]
#[error("the body of the request came too slowly")]
struct TooSlow;

/// The body of a request. Only the time for which it is waited counts: the handler may take its own.
#[derive(Debug)]
pub(super) struct Upload {
    body: Body,
    /// Until all of it has arrived.
    reading: Option<Reading>,
    /// How long it may still be waited for.
    patience: Duration,
    /// Since when we wait, and until when.
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Upload {
    pub(super) fn new(body: Body, reading: Reading) -> Self {
        Self { body, patience: reading.limit(), reading: Some(reading), wait: None }
    }

    fn arrived(&mut self, bytes: usize) {
        if let Some((since, _)) = self.wait.take() {
            self.patience = self.patience.saturating_sub(since.elapsed());
        }
        let earned = Duration::from_secs(1) / BODY_RATE * u32::try_from(bytes).unwrap_or(u32::MAX);
        self.patience = self.patience.saturating_add(earned);
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                this.arrived(frame.data_ref().map_or(0, Bytes::len));
            }
            if !matches!(frame, Some(Ok(_))) || this.body.is_end_stream() {
                this.reading = None;
            }
            return Poll::Ready(frame);
        }
        let (_, end) = this.wait.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(this.patience))));
        ready!(end.as_mut().poll(context));
        this.reading = None;
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response. It is asked for more only once the client has taken what was there.
#[derive(Debug)]
pub(super) struct Download {
    body: Body,
    /// Ends with the body.
    ongoing: Ongoing,
}

impl Download {
    pub(super) fn new(body: Body, ongoing: Ongoing) -> Self {
        Self { body, ongoing }
    }
}

impl HttpBody for Download {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.ongoing.set_untaken(false);
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.ongoing.set_untaken(matches!(frame, Poll::Ready(Some(Ok(_)))));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
