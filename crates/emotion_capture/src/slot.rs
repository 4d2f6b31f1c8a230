//! The channel between a source and its reader: only the newest frame is ever waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use emotion_core::{Epoch, Frame, Origin};

/// A slot for one frame, with its two ends.
pub fn frame_slot() -> (FrameSender, FrameReceiver) {
    let (sender, receiver) = bounded(1);
    let counts = Arc::new(Counts::default());
    (
        FrameSender {
            sender,
            stale: receiver.clone(),
            counts: counts.clone(),
            epoch: Arc::default(),
        },
        FrameReceiver { receiver, counts },
    )
}

/// The source's end of the slot.
///
/// Frames of one epoch go on from each other: their numbers grow and their times do not go back.
#[derive(Debug, Clone)]
pub struct FrameSender {
    sender: Sender<Arc<Frame>>,
    stale: Receiver<Arc<Frame>>,
    counts: Arc<Counts>,
    epoch: Arc<AtomicU32>,
}

impl FrameSender {
    /// Puts a frame into the slot; one that is still waiting there is dropped and counted.
    pub fn offer(&self, mut frame: Frame) {
        let epoch = Epoch(self.epoch.load(Ordering::Relaxed));
        frame.set_origin(Origin { epoch, ..frame.origin() });
        self.counts.offered.fetch_add(1, Ordering::Relaxed);
        let mut frame = Arc::new(frame);
        while let Err(TrySendError::Full(rejected)) = self.sender.try_send(frame) {
            if self.stale.try_recv().is_ok() {
                self.counts.dropped.fetch_add(1, Ordering::Relaxed);
            }
            frame = rejected;
        }
    }

    /// Another source begins: what it offers has nothing to do with the frames before, and may be
    /// numbered and timed anew.
    pub fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes back the frame that is still waiting: its source is no longer the one to show.
    pub(super) fn withdraw(&self) {
        if self.stale.try_recv().is_ok() {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The reader's end of the slot.
#[derive(Debug, Clone)]
pub struct FrameReceiver {
    receiver: Receiver<Arc<Frame>>,
    counts: Arc<Counts>,
}

impl FrameReceiver {
    /// The newest frame, if there is one that was not taken yet. Never waits.
    pub fn take(&self) -> Option<Arc<Frame>> {
        self.receiver.try_recv().ok()
    }

    /// The newest frame, waiting at most `timeout` for it.
    pub fn wait(&self, timeout: std::time::Duration) -> Result<Arc<Frame>, RecvTimeoutError> {
        self.receiver.recv_timeout(timeout)
    }

    /// How many frames were offered so far.
    pub fn offered(&self) -> u64 {
        self.counts.offered.load(Ordering::Relaxed)
    }

    /// How many frames were dropped because a newer one came first.
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
struct Counts {
    offered: AtomicU64,
    dropped: AtomicU64,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(sequence: u64) -> Frame {
        Frame::from_rgb(vec![0; 3], 1, 1, sequence, Duration::ZERO).expect("a valid frame")
    }

    #[test]
    fn only_the_newest_frame_waits() {
        let (sender, receiver) = frame_slot();
        for sequence in 0..5 {
            sender.offer(frame(sequence));
        }
        assert_eq!(receiver.take().map(|frame| frame.sequence()), Some(4));
        assert!(receiver.take().is_none());
        assert_eq!((receiver.offered(), receiver.dropped()), (5, 4));
    }

    #[test]
    fn frames_carry_the_epoch_that_they_were_offered_in() {
        let (sender, receiver) = frame_slot();
        let epoch = |receiver: &FrameReceiver| receiver.take().map(|frame| frame.origin().epoch);
        sender.offer(frame(7));
        assert_eq!(epoch(&receiver), Some(Epoch(0)));
        sender.begin_epoch();
        sender.offer(frame(0));
        assert_eq!(epoch(&receiver), Some(Epoch(1)));
    }
}
