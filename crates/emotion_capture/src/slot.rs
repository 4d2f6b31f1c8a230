//! The channel between a source and its consumer, in which only the newest frame waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use emotion_core::{Epoch, Frame, Origin};

/// Creates a slot for one frame and returns its two ends.
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
/// Within an epoch, frame numbers must increase and frame times must not decrease.
#[derive(Debug, Clone)]
pub struct FrameSender {
    sender: Sender<Arc<Frame>>,
    stale: Receiver<Arc<Frame>>,
    counts: Arc<Counts>,
    epoch: Arc<AtomicU32>,
}

impl FrameSender {
    /// Puts a frame into the slot. One that still waits there is dropped and counted.
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

    /// Begins another source: its frames are unrelated to earlier ones, and their numbers and times
    /// may start over.
    pub fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }

    /// Drops the frame that still waits, because its source is no longer the current one.
    pub(super) fn withdraw(&self) {
        if self.stale.try_recv().is_ok() {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The consumer's end of the slot.
#[derive(Debug, Clone)]
pub struct FrameReceiver {
    receiver: Receiver<Arc<Frame>>,
    counts: Arc<Counts>,
}

impl FrameReceiver {
    /// The newest frame, if it was not taken yet. Never blocks.
    pub fn take(&self) -> Option<Arc<Frame>> {
        self.receiver.try_recv().ok()
    }

    /// The newest frame, waiting at most `timeout` for it.
    ///
    /// # Errors
    /// [`RecvTimeoutError`] when no frame came in time or all senders are gone.
    pub fn wait(&self, timeout: std::time::Duration) -> Result<Arc<Frame>, RecvTimeoutError> {
        self.receiver.recv_timeout(timeout)
    }

    /// How many frames were offered so far.
    pub fn offered(&self) -> u64 {
        self.counts.offered.load(Ordering::Relaxed)
    }

    /// How many frames were dropped before they were taken.
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
