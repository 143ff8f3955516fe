//! A bounded queue in which nobody's many jobs hold up another's one.

use std::collections::VecDeque;

/// Jobs by lane. The lanes take turns, and each is served in order.
#[derive(Debug)]
pub(super) struct FairQueue<K, T> {
    /// Never empty ones; the first is served next.
    lanes: VecDeque<(K, VecDeque<T>)>,
    len: usize,
    max: usize,
}

impl<K: PartialEq, T> FairQueue<K, T> {
    /// An empty queue for up to `max` jobs.
    pub(super) fn new(max: usize) -> Self {
        Self { lanes: VecDeque::new(), len: 0, max }
    }

    /// Adds a job to a lane. If the queue is full, the last job of the longest lane has to leave, which may be this one: it is
    /// returned.
    pub(super) fn push(&mut self, lane: K, job: T) -> Option<T> {
        let displaced = if self.len < self.max {
            None
        } else {
            let own = self.lanes.iter().find(|(known, _)| *known == lane).map_or(0, |(_, jobs)| jobs.len());
            let Some((_, longest)) = self.lanes.iter_mut().max_by_key(|(_, jobs)| jobs.len()) else { return Some(job) };
            // What remains must not be empty, and no lane may become the longest by it.
            if longest.len() <= own + 1 {
                return Some(job);
            }
            self.len -= 1;
            longest.pop_back()
        };
        self.len += 1;
        match self.lanes.iter_mut().find(|(known, _)| *known == lane) {
            Some((_, jobs)) => jobs.push_back(job),
            None => self.lanes.push_back((lane, VecDeque::from([job]))),
        }
        displaced
    }

    /// Takes the next job, of the lane whose turn it is.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (lane, mut jobs) = self.lanes.pop_front()?;
        let job = jobs.pop_front()?;
        self.len -= 1;
        if !jobs.is_empty() {
            self.lanes.push_back((lane, jobs));
        }
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_single_job_is_next_however_many_another_lane_has() {
        let mut queue = FairQueue::new(100);
        for job in 0..30 {
            assert_eq!(queue.push("many", job), None);
        }
        queue.push("one", 100);
        assert_eq!((0..4).map_while(|_| queue.pop()).collect::<Vec<_>>(), [0, 100, 1, 2]);
    }

    #[test]
    fn in_a_full_queue_the_longest_lane_makes_room_and_nobody_else() {
        let mut queue = FairQueue::new(4);
        for job in 0..4 {
            queue.push("many", job);
        }
        assert_eq!(queue.push("many", 4), Some(4), "the lane that filled it gets no more");
        assert_eq!(queue.push("one", 100), Some(3));
        assert_eq!(queue.push("two", 200), Some(2));
        assert_eq!(queue.push("two", 201), Some(201));
        assert_eq!(queue.push("three", 300), Some(1));
        assert_eq!(queue.push("four", 400), Some(400), "all lanes are as short as can be");
        assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [0, 100, 200, 300]);
    }

    proptest! {
        #[test]
        fn every_job_comes_out_once_or_is_returned_and_each_lane_keeps_its_order(
            jobs in proptest::collection::vec((0_u8..5, any::<bool>()), 0..200), max in 1_usize..20,
        ) {
            let mut queue = FairQueue::new(max);
            let (mut out, mut back) = (Vec::new(), Vec::new());
            for (number, (lane, take)) in jobs.iter().enumerate() {
                back.extend(queue.push(*lane, (*lane, number)));
                prop_assert!(queue.len <= max);
                if *take {
                    out.extend(queue.pop());
                }
            }
            out.extend(std::iter::from_fn(|| queue.pop()));
            prop_assert_eq!(out.len() + back.len(), jobs.len());
            for lane in 0..5 {
                let of_lane: Vec<_> = out.iter().filter(|(of, _)| *of == lane).collect();
                prop_assert!(of_lane.is_sorted());
            }
        }
    }
}
