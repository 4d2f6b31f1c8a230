//! The gags of a round: which, and when.

use std::time::Duration;

use arcade::dice::Dice;

use crate::gags::GAGS;

/// A round that nobody loses ends here.
pub const ROUND: Duration = Duration::from_secs(60);
/// How long each gag's title is shown, in seconds.
pub(crate) const TITLE: f32 = 1.4;

/// The gags of a round, in order.
#[derive(Default, Clone)]
pub struct Show(pub Vec<Act>);

/// A gag on the stage.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Of [`GAGS`].
    pub gag: usize,
    /// When the curtain opens for it, in seconds of the round; its title is shown before.
    pub start: f32,
    /// Of what it leaves to chance.
    pub seed: u64,
}

impl Show {
    /// Sillier and sillier; gags that were performed least come first into the choice.
    pub(crate) fn new(mut dice: Dice, performed: &mut [u32; GAGS.len()]) -> Self {
        let mut order: Vec<(f32, usize)> = (0..GAGS.len())
            .map(|gag| (performed[gag] as f32 * 10.0 + dice.between(0.0, 4.0), gag))
            .collect();
        order.sort_by(|one, two| one.0.total_cmp(&two.0));
        let mut time = 0.0;
        let enough = order.iter().take_while(|(_, gag)| {
            let goes_on = time < ROUND.as_secs_f32();
            time += TITLE + GAGS[*gag].seconds;
            goes_on
        });
        let mut chosen: Vec<(f32, usize)> =
            enough.map(|(_, gag)| (GAGS[*gag].silliness, *gag)).collect();
        chosen.iter_mut().for_each(|(silliness, _)| *silliness += dice.between(-0.7, 0.7));
        chosen.sort_by(|one, two| one.0.total_cmp(&two.0));
        let mut start = 0.0;
        let acts = chosen.into_iter().map(|(_, gag)| {
            performed[gag] += 1;
            start += TITLE;
            let act = Act { gag, start, seed: dice.roll() };
            start += GAGS[gag].seconds;
            act
        });
        Self(acts.collect())
    }

    /// What is on the stage, and for how long: negative while its title is shown.
    pub fn act_at(&self, clock: f32) -> Option<(Act, f32)> {
        let next = self.0.partition_point(|act| act.start - TITLE <= clock);
        let act = *self.0.get(next.checked_sub(1)?)?;
        Some((act, clock - act.start))
    }
}
