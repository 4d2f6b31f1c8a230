//! What is asked for in a game, in which order.

use arcade::dice::Dice;
use bevy_emotion::prelude::Expression;

use crate::player::{ASKED, Player};

/// How many rounds a game has.
pub const ROUNDS: usize = 20;
/// How often each of the six is asked at least.
const LEAST_ASKED: usize = 3;

/// What is asked for, in order. The two rounds that are left over when each was asked three times
/// go to two expressions that are not hard for the player, if there are any.
pub fn plan(seed: u64, player: &Player) -> Vec<Expression> {
    let mut dice = Dice(seed);
    let mut spare = ASKED.to_vec();
    shuffle(&mut spare, &mut dice);
    // Stable: the order among those that are equally hard stays that of the dice.
    spare.sort_by_key(|expression| player.hardness(*expression) > 0.0);
    let mut plan = ASKED.repeat(LEAST_ASKED);
    plan.extend(spare.into_iter().take(ROUNDS - plan.len()));
    // Thrown anew until no two are the same in a row: about one throw in ten is.
    loop {
        shuffle(&mut plan, &mut dice);
        if plan.windows(2).all(|pair| pair[0] != pair[1]) {
            return plan;
        }
    }
}

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        let other = (dice.roll() % (last as u64 + 1)) as usize;
        items.swap(last, other);
    }
}
