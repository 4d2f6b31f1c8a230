//! The faces' clock.

use std::time::Duration;

use bevy::prelude::*;

/// The context of `Time<Faces>`, the one clock of everything that measures what faces do.
///
/// It is real time without the pauses; while a recording is played, it is the recording's time, at the
/// recording's speed. In an observer of a face's event, and in [`FaceStep`](super::FaceStep), it is
/// the exact time of that event. It jumps when a recording begins anew or is sought.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faces {
    paused: bool,
}

/// Holding the faces' clock, and everything with it: no frame is taken or analyzed, recordings stand
/// still, and faces stay as they are.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::prelude::*;
///
/// fn hold(keys: Res<ButtonInput<KeyCode>>, mut time: ResMut<Time<Faces>>) {
///     if keys.just_pressed(KeyCode::Space) {
///         let held = time.is_paused();
///         time.set_paused(!held);
///     }
/// }
/// ```
pub trait FacesTime {
    /// Holds everything, or goes on.
    fn set_paused(&mut self, paused: bool);
    /// Whether everything is held.
    fn is_paused(&self) -> bool;
}

impl FacesTime for Time<Faces> {
    fn set_paused(&mut self, paused: bool) {
        self.context_mut().paused = paused;
    }

    fn is_paused(&self) -> bool {
        self.context().paused
    }
}

/// Puts the clock to `clock`; a jump back has no delta.
pub(super) fn set(time: &mut Time<Faces>, clock: Duration) {
    if clock >= time.elapsed() {
        time.advance_to(clock);
    } else {
        let mut anew = Time::new_with(*time.context());
        anew.advance_to(clock);
        anew.advance_by(Duration::ZERO);
        *time = anew;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_and_jumps_back_and_stays_held() {
        let mut time = Time::<Faces>::default();
        time.set_paused(true);
        set(&mut time, Duration::from_secs(5));
        set(&mut time, Duration::from_secs(6));
        assert_eq!(time.delta(), Duration::from_secs(1));
        set(&mut time, Duration::from_secs(2));
        assert_eq!((time.elapsed(), time.delta()), (Duration::from_secs(2), Duration::ZERO));
        assert!(time.is_paused());
    }
}
