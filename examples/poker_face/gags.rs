//! The gags. The stage is 740 wide and 460 high, its origin in the middle; things stand at -150.

use super::*;

/// Something to laugh at.
pub struct Gag {
    /// Its title.
    pub name: &'static str,
    /// 1 to 5.
    pub silliness: f32,
    /// How long it takes.
    pub seconds: f32,
    /// When it is meant to be funny.
    pub punch: f32,
    /// What is said, from when on. Without any, a joke of [`JOKES`] is told.
    lines: &'static [(f32, &'static str)],
    /// The times that are shown where nothing may move.
    poses: &'static [f32],
    pub(super) draw: fn(&mut Canvas, f32),
}

/// All of them.
pub const GAGS: [Gag; 11] = [
    Gag {
        name: "A dramatic pause",
        silliness: 1.0,
        seconds: 7.5,
        punch: 4.2,
        lines: &[
            (0.5, "To be …"),
            (1.9, "…"),
            (4.2, "(whispers) … a pear."),
            (5.6, "To be a pear."),
        ],
        poses: &[1.0, 3.0, 4.6, 6.4],
        draw: dramatic_pause,
    },
    Gag {
        name: "A cactus tells a joke",
        silliness: 1.6,
        seconds: 7.5,
        punch: 3.6,
        lines: &[],
        poses: &[1.2, 4.0, 6.3],
        draw: cactus,
    },
    Gag {
        name: "A potato, slowly",
        silliness: 2.0,
        seconds: 9.0,
        punch: 6.4,
        lines: &[
            (0.7, "A potato."),
            (2.8, "Closer."),
            (4.6, "Closer …"),
            (6.4, "It knows what you did."),
        ],
        poses: &[0.8, 3.2, 5.4, 8.0],
        draw: potato,
    },
    Gag {
        name: "A very serious duck",
        silliness: 2.6,
        seconds: 8.5,
        punch: 5.7,
        lines: &[
            (0.8, "A very serious duck."),
            (3.2, "It has never been late."),
            (4.6, "Ahem."),
            (6.6, "quack."),
        ],
        poses: &[1.6, 3.9, 5.9, 7.6],
        draw: duck,
    },
    Gag {
        name: "Countdown to nothing",
        silliness: 2.4,
        seconds: 9.0,
        punch: 5.6,
        lines: &[
            (0.2, "Prepare yourselves."),
            (3.6, "This is it!"),
            (4.9, ""),
            (6.2, "…"),
            (7.5, "Worth every second."),
        ],
        poses: &[0.5, 2.3, 4.2, 5.4, 7.8],
        draw: countdown,
    },
    Gag {
        name: "A balloon makes a speech",
        silliness: 3.2,
        seconds: 8.5,
        punch: 4.5,
        lines: &[
            (0.6, "Ladies and gentlemen,"),
            (2.0, "I have prepared seven hours of remarks."),
            (4.5, "Pffffffthhhrrrt."),
            (7.1, "In short: thank you."),
        ],
        poses: &[1.0, 3.4, 5.2, 7.6],
        draw: balloon,
    },
    Gag {
        name: "A knock at the door",
        silliness: 3.4,
        seconds: 8.5,
        punch: 5.2,
        lines: &[
            (0.8, "Knock, knock."),
            (2.4, "…"),
            (3.2, "Who is it?"),
            (5.6, "Sniff."),
            (6.3, "Sniff. Somebody here is about to laugh."),
        ],
        poses: &[1.0, 4.4, 6.4, 8.2],
        draw: nose,
    },
    Gag {
        name: "The general's eyes",
        silliness: 3.8,
        seconds: 8.5,
        punch: 4.3,
        lines: &[
            (0.4, "The general has never laughed."),
            (2.6, "Today he was shown the bill."),
            (5.9, "It was two soups."),
        ],
        poses: &[1.0, 3.9, 5.2, 7.8],
        draw: general,
    },
    Gag {
        name: "A dog",
        silliness: 3.6,
        seconds: 10.0,
        punch: 5.4,
        lines: &[
            (0.9, "A dog."),
            (3.4, "Still the dog."),
            (5.4, "We apologise for the dog."),
            (8.4, "End of dog."),
        ],
        poses: &[2.0, 4.4, 6.4, 9.0],
        draw: long_dog,
    },
    Gag {
        name: "The orchestra sneezes",
        silliness: 4.4,
        seconds: 9.0,
        punch: 6.3,
        lines: &[
            (0.3, "Symphony in A … choo."),
            (3.7, "And now: the tuba."),
            (5.0, "Aaaah … aaaAAAH …"),
            (6.3, "tchi."),
        ],
        poses: &[1.0, 2.7, 5.8, 6.6, 8.2],
        draw: orchestra,
    },
    Gag {
        name: "Jelly keeps calm",
        silliness: 4.8,
        seconds: 9.0,
        punch: 6.2,
        lines: &[
            (0.5, "I am jelly. I do not wobble."),
            (2.6, "This is not wobbling."),
            (4.4, "This is loud stillness."),
            (6.2, "Oh no."),
            (7.6, "I meant to do that."),
        ],
        poses: &[1.0, 3.4, 5.6, 6.8, 8.3],
        draw: jelly,
    },
];

/// Told by a cactus.
const JOKES: [[&str; 2]; 8] = [
    ["I bought a shy clock.", "It hides its face with its hands."],
    ["The fork has left the spoon.", "She saw no point in him."],
    ["My umbrella has joined a band.", "They only do covers."],
    ["I was married to a lamp.", "She went out every night."],
    ["My toaster is in therapy.", "The smallest things make it jump."],
    ["My pillow has written a book.", "I slept through the best part."],
    ["I have adopted a very old wall.", "It leans on me a lot."],
    ["They asked me for a hug.", "It went in. It did not come out."],
];

impl Gag {
    /// What is said at `t`, and since when.
    pub(super) fn line(&self, t: f32, seed: u64) -> Option<(&'static str, f32)> {
        let joke = JOKES[(seed % JOKES.len() as u64) as usize];
        let told = [(0.7, joke[0]), (self.punch, joke[1])];
        let lines = if self.lines.is_empty() { &told[..] } else { self.lines };
        lines.iter().rev().find(|(from, _)| t >= *from).map(|(from, line)| (*line, t - from))
    }

    /// The time that is drawn where nothing may move: one picture after the other.
    pub(super) fn still(&self, t: f32) -> f32 {
        let next = self.poses.partition_point(|pose| pose - 0.8 <= t);
        self.poses[next.saturating_sub(1)]
    }
}

pub(super) const WHITE: Color = rgb(0xF7F4EC);
pub(super) const INK: Color = rgb(0x1B1A24);

/// An eye that looks somewhere; `lid` closes it, 0 to 1, in the colour of its face.
pub(super) fn eye(canvas: &mut Canvas, at: Vec2, radius: f32, looks: Vec2, lid: f32, skin: Color) {
    if lid > 0.86 {
        // Shut: lashes only.
        let bent = xy(0.0, radius * -0.55);
        let side = xy(radius * 0.9, 0.0);
        canvas.stroke(&bow(at - side, at + bent, at + side), radius * 0.26, INK.with_alpha(0.95));
        return;
    }
    let skin = skin.mix(&Color::BLACK, 0.07);
    canvas.disc(at, radius, WHITE);
    canvas.disc(at + looks.clamp_length_max(1.0) * radius * 0.45, radius * 0.5, INK);
    canvas.disc(
        at + looks.clamp_length_max(1.0) * radius * 0.45 + radius * xy(-0.16, 0.18),
        radius * 0.14,
        WHITE,
    );
    if lid > 0.02 {
        let low = radius * (1.06 - 2.12 * lid);
        let half = (1.06_f32.powi(2) * radius * radius - low * low).max(0.0).sqrt();
        let start = low.atan2(half);
        let edge: Vec<Vec2> = (0..=16)
            .map(|it| {
                at + Vec2::from_angle(start + (PI - 2.0 * start) * it as f32 / 16.0) * radius * 1.06
            })
            .collect();
        canvas.flat(&edge, skin);
        canvas.stroke(
            &[at + xy(-half, low), at + xy(half, low)],
            radius * 0.14,
            INK.with_alpha(0.55),
        );
    }
}

/// A shadow on the floor.
pub(super) fn shadow(canvas: &mut Canvas, x: f32, width: f32) {
    canvas.glow(xy(x, -152.0), xy(width, width * 0.16), Color::BLACK.with_alpha(0.55));
}

/// Legs, left and right, that walk by `step`.
fn legs(canvas: &mut Canvas, hip: Vec2, apart: f32, length: f32, step: f32, color: Color) {
    for side in [-1.0, 1.0] {
        let swing = (step + side * PI / 2.0).sin();
        let foot =
            hip + xy(side * apart + swing * length * 0.45, -length + (swing * side).max(0.0) * 4.0);
        canvas.stroke(&[hip + xy(side * apart, 0.0), foot], 7.0, color);
        canvas.ball(foot + xy(6.0, -1.0), xy(14.0, 6.0), color);
    }
}

fn dramatic_pause(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xB7C94B);
    let breath = 1.0 + 0.015 * (t * 2.2).sin();
    let panic = between(t, 2.4, 3.4) * (1.0 - between(t, 4.3, 4.8));
    let bow_down = between(t, 6.2, 6.8);
    shadow(canvas, 0.0, 120.0);
    canvas.within(xy(0.0, -150.0), -0.22 * bow_down, xy(1.0, breath), |canvas| {
        // The cape, then the pear.
        canvas.solid(
            &[xy(-40.0, 150.0), xy(-112.0, 2.0), xy(112.0, 2.0), xy(40.0, 150.0)],
            rgb(0x7A2036),
        );
        let pear: Vec<Vec2> = (0..44)
            .map(|it| {
                let angle = it as f32 / 44.0 * TAU;
                let narrow = 0.5 + 0.5 * angle.sin();
                xy(angle.cos() * (84.0 - 40.0 * narrow * narrow), 98.0 + angle.sin() * 98.0)
            })
            .collect();
        canvas.solid(&pear, skin);
        canvas.stroke(&bow(xy(0.0, 194.0), xy(2.0, 212.0), xy(16.0, 222.0)), 7.0, rgb(0x5B4026));
        canvas.within(xy(14.0, 210.0), 0.5, Vec2::ONE, |canvas| {
            canvas.ball(xy(18.0, 0.0), xy(20.0, 9.0), rgb(0x5E8F3A))
        });
        let looks = xy(panic * (t * 5.0).sin(), 0.25 * (1.0 - panic));
        for side in [-1.0, 1.0] {
            eye(canvas, xy(side * 19.0, 158.0), 14.0, looks, 0.28 * (1.0 - panic), skin);
            canvas.stroke(
                &[xy(side * 8.0, 178.0 + 6.0 * panic), xy(side * 32.0, 176.0 + 12.0 * panic)],
                5.0,
                INK,
            );
        }
        let speaks = if (0.5..1.6).contains(&t) || t > 5.6 { (t * 11.0).sin().abs() } else { 0.0 };
        canvas.ball(xy(0.0, 124.0), xy(12.0, 2.5 + 8.0 * speaks), rgb(0x5A2530));
        if panic > 0.3 {
            canvas.ball(
                xy(48.0, 168.0 - 16.0 * (t * 0.9).fract()),
                xy(5.0, 8.0),
                rgb(0x8FD3EE).with_alpha(0.9),
            );
        }
    });
    // What it speaks to.
    canvas.within(xy(118.0, -60.0 - 70.0 * bow_down), 0.2, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(27.0, 24.0), rgb(0xC98A4B));
        canvas.stroke(&[xy(0.0, 22.0), xy(3.0, 36.0)], 4.0, rgb(0x8B6A3A));
        canvas.stroke(&bow(xy(-12.0, 18.0), xy(-22.0, 0.0), xy(-8.0, -20.0)), 2.0, rgb(0x9A6230));
        canvas.stroke(&bow(xy(12.0, 18.0), xy(22.0, 0.0), xy(8.0, -20.0)), 2.0, rgb(0x9A6230));
    });
    canvas.stroke(
        &bow(xy(70.0, -60.0), xy(104.0, -110.0), xy(114.0, -84.0 - 70.0 * bow_down)),
        10.0,
        skin,
    );
    // The prompter.
    let peeks = between(t, 3.7, 4.1) * (1.0 - between(t, 5.2, 5.6));
    canvas.within(xy(-380.0 + 66.0 * peeks, -70.0), -0.25, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(46.0, 52.0), rgb(0xE0A27E));
        eye(canvas, xy(22.0, 12.0), 11.0, xy(1.0, 0.0), 0.2, rgb(0xE0A27E));
        canvas.ball(xy(38.0, -16.0), xy(7.0, 9.0), rgb(0x6B2F36));
    });
}

fn cactus(canvas: &mut Canvas, t: f32) {
    let green = rgb(0x4E9A63);
    let told = t > 3.6;
    let talks = (0.7..2.2).contains(&t) || (3.6..5.2).contains(&t);
    let proud = pop(t, 4.9) * 0.06;
    shadow(canvas, 0.0, 100.0);
    canvas.within(
        xy(0.0, -150.0),
        0.03 * (t * 2.0).sin(),
        xy(1.0 - proud, 1.0 + proud),
        |canvas| {
            canvas.solid(
                &[xy(-46.0, 46.0), xy(-36.0, 0.0), xy(36.0, 0.0), xy(46.0, 46.0)],
                rgb(0xB5643C),
            );
            canvas.solid(&block(xy(0.0, 50.0), xy(54.0, 10.0), 6.0), rgb(0xC9744A));
            let lift = if told { 24.0 * pop(t, 4.9) } else { 0.0 };
            canvas.stroke(
                &bow(xy(-30.0, 112.0), xy(-82.0, 104.0), xy(-78.0, 150.0 + lift)),
                30.0,
                green,
            );
            canvas.stroke(&bow(xy(30.0, 122.0), xy(78.0, 112.0), xy(66.0, 138.0)), 28.0, green);
            canvas.solid(&block(xy(0.0, 138.0), xy(44.0, 86.0), 44.0), green);
            for (x, y) in [
                (-28.0, 84.0),
                (24.0, 74.0),
                (0.0, 96.0),
                (30.0, 112.0),
                (-30.0, 198.0),
                (26.0, 204.0),
                (0.0, 66.0),
            ] {
                canvas.stroke(
                    &[xy(x - 4.0, y + 4.0), xy(x, y), xy(x + 4.0, y + 4.0)],
                    2.0,
                    rgb(0xDDEBC8),
                );
            }
            let flower = pop(t, 4.9) * if told { 1.0 } else { 0.0 };
            for petal in 0..6 {
                let way = Vec2::from_angle(petal as f32 * TAU / 6.0) * 12.0 * flower;
                canvas.disc(xy(8.0, 228.0) + way, 9.0 * flower.max(0.0), rgb(0xE86F9C));
            }
            canvas.disc(xy(8.0, 228.0), 7.0 * flower.max(0.0), rgb(0xF5D25D));
            let waits = t > 5.2;
            let looks = if waits { xy((t * 2.4).sin(), 0.0) } else { xy(0.2, 0.1) };
            for side in [-1.0, 1.0] {
                eye(
                    canvas,
                    xy(side * 18.0, 170.0),
                    14.0,
                    looks,
                    if waits { 0.15 } else { 0.3 },
                    green,
                );
            }
            let open = if talks { (t * 12.0).sin().abs() } else { 0.0 };
            canvas.ball(
                xy(0.0, 138.0),
                xy(15.0 + 3.0 * f32::from(u8::from(waits)), 2.5 + 8.0 * open),
                rgb(0x21442D),
            );
        },
    );
    // The microphone.
    canvas.stroke(&[xy(58.0, -150.0), xy(58.0, -22.0), xy(38.0, -2.0)], 5.0, rgb(0x6C7080));
    canvas.ball(xy(58.0, -150.0), xy(30.0, 6.0), rgb(0x4A4D5A));
    canvas.within(xy(34.0, 2.0), 0.8, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(11.0, 14.0), rgb(0x9DA2B4))
    });
    // Ba-dum-tss.
    let hit = if told { jolt(t, 5.0) } else { 0.0 };
    canvas.within(xy(-226.0, -150.0), 0.0, Vec2::ONE, |canvas| {
        canvas.ball(xy(0.0, 46.0), xy(62.0, 48.0), rgb(0x9A3147));
        canvas.ball(xy(0.0, 46.0), xy(48.0, 36.0), rgb(0xE9E1D0));
        canvas.stroke(&[xy(70.0, 0.0), xy(70.0, 108.0)], 4.0, rgb(0x6C7080));
        canvas.within(xy(70.0, 110.0), hit * 0.5, Vec2::ONE, |canvas| {
            canvas.ball(Vec2::ZERO, xy(46.0, 7.0), rgb(0xE2B84B));
        });
    });
    if (5.0..6.0).contains(&t) {
        let words = if t < 5.15 {
            "ba"
        } else if t < 5.3 {
            "ba-dum"
        } else {
            "ba-dum – tss!"
        };
        canvas.write(words, xy(-210.0, 30.0), 24.0, rgb(0xF1D68A));
    }
    // Nobody laughs.
    let rolls = between(t, 5.7, 7.5);
    if rolls > 0.0 {
        let x = 420.0 - 840.0 * rolls;
        canvas.within(xy(x, -120.0 + 24.0 * (t * 6.0).sin().abs()), t * 6.0, Vec2::ONE, |canvas| {
            for turn in 0..7 {
                canvas.within(
                    Vec2::ZERO,
                    turn as f32 * 0.9,
                    xy(1.0, 0.5 + 0.06 * turn as f32),
                    |canvas| {
                        let mut loops = oval(Vec2::ZERO, Vec2::splat(26.0));
                        loops.push(loops[0]);
                        canvas.stroke(&loops, 2.5, rgb(0xB08A52));
                    },
                );
            }
        });
    }
}

fn potato(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xB98B56);
    let near = between(t, 0.6, 6.2);
    let size = 0.34 + 1.5 * near * near;
    let wakes = between(t, 6.4, 6.7);
    let brow = pop(t, 7.4) * f32::from(u8::from(t > 7.4));
    // The light narrows.
    canvas.glow(xy(0.0, -10.0), xy(420.0, 300.0), rgb(0xFFE2A8).with_alpha(0.10 + 0.08 * near));
    canvas.glow(
        xy(0.0, -150.0 - 30.0 * near),
        xy(150.0 * size, 22.0 * size),
        Color::BLACK.with_alpha(0.6),
    );
    canvas.within(xy(0.0, -100.0 + 72.0 * near), 0.0, Vec2::splat(size), |canvas| {
        let lumps: Vec<Vec2> = (0..64)
            .map(|it| {
                let angle = it as f32 / 64.0 * TAU;
                let lump = 1.0 + 0.045 * (angle * 3.0 + 0.7).sin() + 0.03 * (angle * 5.0).cos();
                Vec2::from_angle(angle) * xy(132.0, 100.0) * lump
            })
            .collect();
        canvas.solid(&lumps, skin);
        canvas.glow(xy(-44.0, 46.0), xy(64.0, 36.0), WHITE.with_alpha(0.2));
        for (x, y, turn) in [
            (-90.0, -8.0, 0.3),
            (70.0, 56.0, -0.4),
            (96.0, -14.0, 0.1),
            (-26.0, -66.0, 0.0),
            (40.0, -58.0, 0.5),
            (-58.0, 66.0, -0.2),
            (8.0, 80.0, 0.1),
        ] {
            canvas.within(xy(x, y), turn, Vec2::ONE, |canvas| {
                canvas.ball(Vec2::ZERO, xy(8.0, 3.5), rgb(0x8E6537));
                canvas.stroke(
                    &bow(xy(-9.0, -5.0), xy(0.0, -10.0), xy(9.0, -5.0)),
                    1.6,
                    rgb(0xD6AE79),
                );
            });
        }
        if wakes > 0.0 {
            for side in [-1.0, 1.0] {
                let at = xy(side * 34.0, 12.0);
                canvas.disc(at, 19.5, rgb(0x8E6537));
                eye(canvas, at, 18.0, xy(0.0, -0.1), 1.0 - wakes * 0.62, skin);
            }
            canvas.stroke(
                &bow(
                    xy(14.0, 40.0 + 14.0 * brow),
                    xy(34.0, 48.0 + 26.0 * brow),
                    xy(56.0, 36.0 + 10.0 * brow),
                ),
                6.0,
                rgb(0x5E3F1C),
            );
            canvas.stroke(&[xy(-54.0, 37.0), xy(-14.0, 35.0)], 6.0, rgb(0x5E3F1C));
            canvas.stroke(&[xy(-16.0, -34.0), xy(18.0, -34.0 + 5.0 * brow)], 4.0, rgb(0x5E3F1C));
        } else {
            for side in [-1.0, 1.0] {
                canvas.stroke(
                    &bow(
                        xy(side * 34.0 - 16.0, 10.0),
                        xy(side * 34.0, 4.0),
                        xy(side * 34.0 + 16.0, 10.0),
                    ),
                    2.5,
                    rgb(0x8E6537),
                );
            }
        }
    });
}

fn duck(canvas: &mut Canvas, t: f32) {
    let yellow = rgb(0xF2C744);
    let walks = between(t, 0.2, 2.8);
    let steps = between(t, 5.1, 5.7);
    let slips = ((t - 5.7) / 0.75).clamp(0.0, 1.0);
    let lies = t > 6.45;
    let x = -440.0 + 420.0 * walks + 90.0 * steps + 110.0 * slips;
    // The peel.
    canvas.within(
        xy(72.0 + 190.0 * between(t, 5.7, 6.2), -146.0 + 120.0 * (PI * between(t, 5.7, 6.2)).sin()),
        6.0 * between(t, 5.7, 6.2),
        Vec2::ONE,
        |canvas| {
            for turn in [-1.1, 0.0, 1.1] {
                canvas.within(xy(0.0, 6.0), turn, Vec2::ONE, |canvas| {
                    canvas.stroke(
                        &bow(Vec2::ZERO, xy(12.0, 2.0), xy(6.0, -16.0)),
                        9.0,
                        rgb(0xE9D15B),
                    );
                });
            }
        },
    );
    shadow(canvas, x, 84.0 - 30.0 * (PI * slips).sin());
    let up = 104.0 * (PI * slips).sin();
    let turned = -(slips * 3.0 * PI);
    let land = if lies { jolt(t, 6.45) * 0.3 } else { 0.0 };
    let walking = if walks < 1.0 || (steps > 0.0 && steps < 1.0) { 1.0 } else { 0.0 };
    let waddle = 0.07 * walking * (t * 11.0).sin();
    let middle = if lies { xy(x, -2.0) } else { xy(x, -82.0 + up) };
    canvas.within(middle, turned + waddle, xy(1.0 + land, 1.0 - land), |canvas| {
        let step = if lies { t * 14.0 } else { t * 11.0 * walking };
        let reach = if lies { 40.0 } else { 30.0 };
        legs(canvas, xy(0.0, -36.0), 15.0, reach, step, rgb(0xE8863A));
        canvas.solid(&[xy(-66.0, 8.0), xy(-108.0, 38.0), xy(-60.0, 34.0)], yellow);
        canvas.ball(xy(-8.0, 0.0), xy(76.0, 48.0), yellow);
        let ahem = between(t, 4.5, 4.7) * (1.0 - between(t, 5.2, 5.5));
        canvas.within(xy(-14.0, 4.0), 0.2 - 0.9 * ahem, Vec2::ONE, |canvas| {
            canvas.ball(xy(-14.0, -2.0), xy(44.0, 25.0), rgb(0xDDA92F));
        });
        canvas.ball(xy(50.0, 66.0), xy(42.0, 42.0), yellow);
        let open = if (4.6..5.1).contains(&t) || (6.6..7.1).contains(&t) { 9.0 } else { 1.0 };
        canvas.ball(xy(98.0, 50.0 - open), xy(22.0, 7.0), rgb(0xD97426));
        canvas.ball(xy(98.0, 58.0), xy(28.0, 8.0), rgb(0xEE9440));
        // Manners: bow tie, monocle, hat.
        for side in [-1.0, 1.0] {
            canvas.solid(
                &[xy(44.0, 24.0), xy(44.0 + side * 26.0, 36.0), xy(44.0 + side * 26.0, 10.0)],
                rgb(0xB32A44),
            );
        }
        canvas.disc(xy(44.0, 23.0), 6.0, rgb(0x7F1A30));
        let stare = between(t, 2.8, 3.1) * (1.0 - between(t, 5.0, 5.2));
        let blink = if (3.7..3.85).contains(&t) { 1.0 } else { 0.35 };
        let lid = if slips > 0.0 && !lies { 0.0 } else { blink };
        eye(canvas, xy(62.0, 76.0), 14.0, xy(1.0 - stare, -0.1), lid, yellow);
        let mut rim = oval(xy(62.0, 76.0), Vec2::splat(19.0));
        rim.push(rim[0]);
        canvas.stroke(&rim, 3.0, rgb(0xF6EFD8));
        canvas.within(
            xy(40.0, 104.0 + 70.0 * (PI * slips).sin()),
            0.12 + slips * 0.6 * f32::from(u8::from(!lies)),
            Vec2::ONE,
            |canvas| {
                canvas.solid(&block(xy(0.0, 22.0), xy(24.0, 24.0), 5.0), rgb(0x2B2936));
                canvas.solid(&block(xy(0.0, 0.0), xy(38.0, 5.0), 5.0), rgb(0x2B2936));
                canvas.flat(&block(xy(0.0, 9.0), xy(24.0, 5.0), 1.0), rgb(0xB32A44));
            },
        );
    });
    if lies {
        for star in 0..4 {
            let angle = t * 3.0 + star as f32 * TAU / 4.0;
            canvas.disc(
                xy(x - 40.0, -150.0 + 20.0) + Vec2::from_angle(angle) * xy(84.0, 18.0),
                5.0,
                rgb(0xFFE9A0),
            );
        }
    }
}

fn countdown(canvas: &mut Canvas, t: f32) {
    let number = 5 - (t / 0.96).floor() as i32;
    let part = (t / 0.96).fract();
    if number > 0 {
        let heat = t / 4.8;
        canvas.glow(
            Vec2::ZERO,
            Vec2::splat(260.0 + 120.0 * heat),
            rgb(0xF2A03D).with_alpha(0.12 + 0.2 * heat),
        );
        for spoke in 0..12 {
            let way = Vec2::from_angle(spoke as f32 * TAU / 12.0 + t * 0.3);
            canvas.stroke(
                &[way * 170.0, way * (186.0 + 34.0 * heat)],
                5.0,
                rgb(0xF2A03D).with_alpha(0.25 + 0.5 * heat),
            );
        }
        let grown = 1.0 + 0.12 * (1.0 - pop(part * 0.96, 0.0));
        canvas.within(xy(0.0, 10.0), 0.0, Vec2::splat(grown), |canvas| {
            canvas.ball(Vec2::ZERO, Vec2::splat(146.0), rgb(0x3A2233));
            let arc: Vec<Vec2> = (0..=48)
                .map(|it| {
                    Vec2::from_angle(PI / 2.0 - TAU * (1.0 - part) * it as f32 / 48.0) * 146.0
                })
                .collect();
            canvas.stroke(&arc, 13.0, rgb(0xF6C453));
            canvas.write(&number.to_string(), xy(0.0, 4.0), 170.0 * grown, WHITE);
        });
        return;
    }
    // Nothing.
    canvas.flat(
        &square(xy(-380.0, -240.0), xy(380.0, 240.0)),
        rgb(0x0A0810).with_alpha(0.75 * between(t, 4.8, 4.9)),
    );
    let light = between(t, 5.4, 5.8);
    canvas.blend(
        &[xy(-16.0, 240.0), xy(16.0, 240.0), xy(120.0, -150.0), xy(-120.0, -150.0)],
        rgb(0xFFE7B0).with_alpha(0.22 * light),
        rgb(0xFFE7B0).with_alpha(0.04 * light),
    );
    canvas.glow(xy(0.0, -150.0), xy(130.0, 22.0), rgb(0xFFE7B0).with_alpha(0.35 * light));
    // One piece of confetti.
    let falls = ((t - 6.0) / 1.5).clamp(0.0, 1.0);
    let sways = (1.0 - falls) * 36.0 * (t * 4.0).sin();
    if t > 6.0 {
        canvas.within(
            xy(sways, 250.0 - 398.0 * falls),
            2.0 * (1.0 - falls) * (t * 3.0).sin(),
            xy(1.0, 0.45 + 0.4 * (1.0 - falls) * (t * 5.0).cos().abs()),
            |canvas| {
                canvas.solid(&block(Vec2::ZERO, xy(13.0, 8.0), 2.0), rgb(0xE86F9C));
            },
        );
    }
    // A tiny flag, for the occasion.
    let waves = pop(t, 7.5) * f32::from(u8::from(t > 7.5));
    if waves > 0.0 {
        canvas.within(xy(60.0, -150.0), 0.0, xy(1.0, waves.max(0.05)), |canvas| {
            canvas.stroke(&[Vec2::ZERO, xy(0.0, 70.0)], 4.0, rgb(0xB7AFA0));
            canvas.solid(
                &[xy(0.0, 70.0), xy(54.0, 58.0 + 4.0 * (t * 6.0).sin()), xy(0.0, 44.0)],
                rgb(0x58A5D8),
            );
        });
    }
}

fn balloon(canvas: &mut Canvas, t: f32) {
    let red = rgb(0xD9475C);
    let flies = between(t, 4.5, 6.7);
    let air = (0.86 + 0.24 * between(t, 0.4, 4.4)) * (1.0 - 0.72 * flies);
    let route = |part: f32| {
        let angle = part * 11.0;
        xy(
            (angle * 1.0).sin() * 250.0 * (1.0 - part * 0.7),
            60.0 + (angle * 1.7).cos() * 110.0 * (1.0 - part) - 130.0 * part,
        )
    };
    // The lectern.
    shadow(canvas, 0.0, 96.0);
    canvas.solid(
        &[xy(-58.0, -38.0), xy(-44.0, -150.0), xy(44.0, -150.0), xy(58.0, -38.0)],
        rgb(0x6B4A33),
    );
    canvas.solid(&block(xy(0.0, -34.0), xy(70.0, 9.0), 4.0), rgb(0x835C40));
    canvas.solid(&block(xy(0.0, -92.0), xy(20.0, 20.0), 20.0), rgb(0xD8B25A));
    let rests = t > 6.7;
    let at = if flies > 0.0 && !rests {
        let start = between(t, 4.5, 4.9);
        xy(0.0, 78.0).lerp(route(flies), start)
    } else if rests {
        xy(0.0, -22.0)
    } else {
        xy(6.0 * (t * 1.6).sin(), 78.0 + 5.0 * (t * 2.3).sin())
    };
    if flies > 0.0 && !rests {
        for puff in 1..7 {
            let past = (flies - puff as f32 * 0.018).max(0.0);
            canvas.disc(
                route(past),
                3.0 + puff as f32 * 1.8,
                WHITE.with_alpha(0.30 - puff as f32 * 0.04),
            );
        }
    }
    let angle = if flies > 0.0 && !rests { flies * 23.0 } else { 0.04 * (t * 1.9).sin() };
    let scale =
        if rests { xy(0.62, 0.16) } else { xy(air, air * (1.0 + 0.05 * flies * (t * 40.0).sin())) };
    canvas.within(at, angle, scale, |canvas| {
        if !rests {
            canvas.stroke(
                &bow(xy(0.0, -92.0), xy(14.0, -112.0), xy(-4.0, -132.0)),
                2.5,
                rgb(0xC9C2B2),
            );
        }
        canvas.solid(&[xy(-12.0, -98.0), xy(0.0, -80.0), xy(12.0, -98.0)], rgb(0xB93349));
        let skin: Vec<Vec2> =
            oval(Vec2::ZERO, xy(80.0, 92.0))
                .into_iter()
                .map(|point| {
                    if point.y < 0.0 {
                        xy(point.x * (1.0 + point.y / 400.0), point.y)
                    } else {
                        point
                    }
                })
                .collect();
        canvas.solid(&skin, red);
        canvas.glow(xy(-30.0, 44.0), xy(30.0, 24.0), WHITE.with_alpha(0.5));
        let speaks = if (0.6..4.3).contains(&t) { (t * 9.0).sin().abs() } else { 0.0 };
        let shock = if flies > 0.0 && !rests { 1.0 } else { 0.0 };
        for side in [-1.0, 1.0] {
            eye(
                canvas,
                xy(side * 26.0, 14.0),
                15.0 + 4.0 * shock,
                xy(0.1, 0.2),
                0.3 * (1.0 - shock),
                red,
            );
            let mut rim = oval(xy(side * 26.0, 14.0), Vec2::splat(22.0));
            rim.push(rim[0]);
            canvas.stroke(&rim, 3.0, rgb(0x3A2030));
        }
        canvas.stroke(&[xy(-5.0, 14.0), xy(5.0, 14.0)], 3.0, rgb(0x3A2030));
        canvas.ball(xy(0.0, -28.0), xy(17.0, 3.0 + 11.0 * speaks.max(shock)), rgb(0x641526));
    });
    if flies == 0.0 && t > 0.6 {
        // Its speech, all of it.
        canvas.solid(
            &[xy(-26.0, -24.0), xy(26.0, -24.0), xy(20.0, -14.0), xy(-20.0, -14.0)],
            rgb(0xEFE7D3),
        );
    }
}

fn nose(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xE39B7B);
    let knock = jolt(t, 0.8) + jolt(t, 1.15) + jolt(t, 1.5);
    let open = between(t, 3.6, 4.4) * (1.0 - between(t, 7.7, 7.85));
    let out = between(t, 4.7, 5.6) * (1.0 - between(t, 7.4, 7.7));
    let slam = jolt(t, 7.85);
    canvas.within(xy(knock * 4.0 + slam * 7.0, 0.0), 0.0, Vec2::ONE, |canvas| {
        canvas.solid(&block(xy(0.0, -42.0), xy(84.0, 116.0), 14.0), rgb(0x50392D));
        canvas.flat(&block(xy(0.0, -46.0), xy(68.0, 104.0), 9.0), rgb(0x0D0B12));
        canvas.within(xy(-68.0, -46.0), 0.0, xy(1.0 - 0.82 * open, 1.0 + 0.06 * open), |canvas| {
            canvas.solid(&block(xy(68.0, 0.0), xy(68.0, 104.0), 8.0), rgb(0x9C5B3A));
            for y in [48.0, -46.0] {
                canvas.solid(&block(xy(68.0, y), xy(46.0, 38.0), 8.0), rgb(0x84492D));
            }
            canvas.ball(xy(120.0, 0.0), xy(8.0, 8.0), rgb(0xE2B84B));
        });
    });
    for (from, x) in [(0.8, -130.0), (1.15, 130.0), (1.5, 0.0)] {
        let shown = 1.0 - between(t, from + 0.4, from + 0.8);
        if t > from && shown > 0.0 {
            let at = xy(x, 86.0 + 26.0 * between(t, from, from + 0.5));
            canvas.write("knock", at, 24.0, rgb(0xF1D68A).with_alpha(shown));
        }
    }
    if out <= 0.0 {
        return;
    }
    let sniffs = f32::from(u8::from((5.6..7.2).contains(&t)));
    let flare = sniffs * ((t - 5.6) * 8.0).sin().max(0.0);
    canvas.glow(xy(0.0, -156.0), xy(190.0 * out, 26.0), Color::BLACK.with_alpha(0.5 * out));
    let sways = 0.05 * (t * 3.0).sin() * out;
    canvas.within(xy(0.0, -74.0), sways, Vec2::splat(0.1 + 1.2 * out), |canvas| {
        // Its bridge comes out of the dark.
        let left = bow(xy(-24.0, 86.0), xy(-30.0, 24.0), xy(-70.0, -30.0));
        let right = bow(xy(70.0, -30.0), xy(30.0, 24.0), xy(24.0, 86.0));
        let bridge: Vec<Vec2> = left.into_iter().chain(right).collect();
        canvas.blend(&bridge, rgb(0x15100F), rgb(0xD99272));
        for side in [-1.0, 1.0] {
            canvas.ball(xy(side * 60.0, -28.0), xy(36.0 + 9.0 * flare, 31.0), skin);
        }
        canvas.blend(&oval(xy(0.0, -16.0), xy(58.0, 54.0)), rgb(0xEDB093), rgb(0xC47F62));
        canvas.glow(xy(-16.0, 8.0), xy(34.0, 24.0), WHITE.with_alpha(0.5));
        for side in [-1.0, 1.0] {
            let hole = xy(16.0 + 8.0 * flare, 9.0 + 6.0 * flare);
            canvas.within(xy(side * 33.0, -46.0), -side * 0.25, Vec2::ONE, |canvas| {
                canvas.flat(&oval(Vec2::ZERO, hole), rgb(0x3B1715));
            });
        }
    });
}

fn general(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xD9A078);
    let strain = between(t, 2.8, 4.2) * f32::from(u8::from(t < 4.3));
    let out = if t < 6.6 {
        pop(t, 4.3) * f32::from(u8::from(t > 4.3))
    } else {
        1.0 - between(t, 6.6, 6.8)
    };
    let shiver = strain * 2.5 * (t * 50.0).sin();
    // A portrait in gold.
    canvas.solid(&block(xy(0.0, 10.0), xy(196.0, 206.0), 16.0), rgb(0xC4973F));
    canvas.solid(&block(xy(0.0, 10.0), xy(172.0, 182.0), 8.0), rgb(0x39485A));
    canvas.glow(xy(0.0, 60.0), xy(170.0, 150.0), rgb(0x7C93A8).with_alpha(0.5));
    // The uniform stays in its frame.
    canvas.solid(
        &[xy(-96.0, -92.0), xy(-150.0, -170.0), xy(150.0, -170.0), xy(96.0, -92.0), xy(0.0, -64.0)],
        rgb(0x8E2C3B),
    );
    for side in [-1.0, 1.0] {
        canvas.solid(&block(xy(side * 108.0, -104.0), xy(36.0, 11.0), 10.0), rgb(0xE2B84B));
        for thread in 0..5 {
            let x = side * 108.0 - 26.0 + 13.0 * thread as f32;
            canvas.stroke(&[xy(x, -112.0), xy(x, -126.0)], 4.0, rgb(0xE2B84B));
        }
    }
    for row in 0..2 {
        for column in 0..3 {
            canvas.ball(
                xy(-62.0 + 26.0 * column as f32, -122.0 - 26.0 * row as f32),
                xy(9.0, 9.0),
                [rgb(0xE2B84B), rgb(0x58A5D8), rgb(0xD8D4C8)][(row + column) % 3],
            );
        }
    }
    canvas.within(xy(shiver, 14.0), 0.0, xy(1.0 + 0.04 * strain, 1.0 - 0.03 * strain), |canvas| {
        canvas.ball(xy(0.0, -10.0), xy(94.0, 104.0), skin.mix(&rgb(0xD8433A), 0.55 * strain));
        canvas.solid(
            &[
                xy(-118.0, 58.0),
                xy(-96.0, 96.0),
                xy(0.0, 150.0),
                xy(96.0, 96.0),
                xy(118.0, 58.0),
                xy(0.0, 78.0),
            ],
            rgb(0x2E3350),
        );
        canvas.ball(xy(0.0, 104.0), xy(15.0, 17.0), rgb(0xE2B84B));
        let sockets = out.clamp(0.0, 1.0);
        for side in [-1.0, 1.0] {
            let home = xy(side * 38.0, 14.0);
            canvas.disc(home, 21.0, rgb(0x55302A).with_alpha(sockets.max(0.25)));
        }
        canvas.ball(xy(0.0, -22.0), xy(21.0, 26.0), skin.mix(&rgb(0xC46A4E), 0.35));
        let twirl = 0.18 * (t * 1.3).sin() + 0.35 * jolt(t, 6.8);
        for side in [-1.0, 1.0] {
            canvas.within(xy(0.0, -52.0), side * twirl, Vec2::ONE, |canvas| {
                let points = bow(xy(0.0, 0.0), xy(side * 66.0, -34.0), xy(side * 92.0, 22.0));
                for (it, point) in points.iter().enumerate() {
                    canvas.disc(*point, 17.0 - it as f32 * 0.85, rgb(0x4B3B34));
                }
            });
        }
        canvas.stroke(
            &bow(xy(-20.0, -80.0), xy(0.0, -80.0 + 10.0 * out.min(1.0)), xy(20.0, -80.0)),
            5.0,
            rgb(0x6B2F36),
        );
        for side in [-1.0, 1.0] {
            let home = xy(side * 38.0, 14.0);
            let swing = 0.12 * out * (t * 9.0 + side).sin();
            let away = Vec2::from_angle(-PI / 2.0 + side * 0.75 + swing) * 150.0 * out;
            let at = home + away;
            if out.abs() > 0.03 {
                // The spring.
                let turns: Vec<Vec2> = (0..=44)
                    .map(|it| {
                        let part = it as f32 / 44.0;
                        home + away * part
                            + away.normalize_or_zero().perp() * 11.0 * (part * TAU * 7.0).sin()
                    })
                    .collect();
                canvas.stroke(&turns, 3.5, rgb(0xAEB4C2));
            }
            let looks = if t < 2.6 {
                xy((t * 1.4).sin() * 0.8, 0.0)
            } else if t > 5.3 && t < 6.6 {
                xy(-side, 0.2)
            } else {
                Vec2::ZERO
            };
            let size = 19.0 + 11.0 * strain + 13.0 * out.clamp(0.0, 1.2);
            let lid =
                if t < 2.6 { 0.34 } else { 0.34 * (1.0 - strain) * (1.0 - out.clamp(0.0, 1.0)) };
            eye(canvas, at, size, looks, lid, skin);
            let rises = 30.0 * strain + 26.0 * out.clamp(0.0, 1.0);
            canvas.stroke(
                &[
                    home + xy(-side * 20.0, 26.0 + rises * 0.6),
                    home + xy(side * 28.0, 34.0 + rises),
                ],
                10.0,
                rgb(0x4B3B34),
            );
        }
    });
}

fn long_dog(canvas: &mut Canvas, t: f32) {
    let brown = rgb(0xA8683C);
    let front = -470.0 + 205.0 * t;
    let length = 1180.0;
    let back = front - length;
    let bob = |x: f32| 4.0 * (t * 9.0 + x * 0.02).sin();
    // Legs first, wherever they come into view.
    for pair in 0..11 {
        let x = front - 20.0 - pair as f32 * 114.0;
        if x.abs() < 460.0 {
            shadow(canvas, x, 46.0);
            legs(
                canvas,
                xy(x, -92.0 + bob(x)),
                12.0,
                54.0,
                t * 10.0 + pair as f32 * 1.3,
                rgb(0x8B522C),
            );
        }
    }
    let left = back.max(-480.0);
    if left < 480.0 {
        let count = 24;
        let spine: Vec<Vec2> = (0..=count)
            .map(|it| {
                let x = left + (front.min(480.0) - left) * it as f32 / count as f32;
                xy(x, -80.0 + bob(x))
            })
            .collect();
        canvas.stroke(&spine, 62.0, brown);
        let lit: Vec<Vec2> = spine.iter().map(|point| *point + xy(0.0, 17.0)).collect();
        canvas.stroke(&lit, 9.0, rgb(0xC98652).with_alpha(0.8));
    }
    if front < 500.0 {
        canvas.within(
            xy(front + 18.0, -44.0 + bob(front)),
            0.05 * (t * 4.5).sin(),
            Vec2::ONE,
            |canvas| {
                canvas.ball(xy(0.0, 10.0), xy(46.0, 42.0), brown);
                canvas.ball(xy(42.0, -4.0), xy(34.0, 20.0), rgb(0xBD7B4A));
                canvas.ball(xy(72.0, 4.0), xy(10.0, 9.0), INK);
                eye(canvas, xy(18.0, 24.0), 11.0, xy(0.7, 0.0), 0.3, brown);
                canvas.within(xy(-20.0, 34.0), 0.2 + 0.1 * (t * 9.0).sin(), Vec2::ONE, |canvas| {
                    canvas.ball(xy(-6.0, -28.0), xy(17.0, 38.0), rgb(0x7A4524))
                });
                canvas.stroke(
                    &bow(xy(30.0, -14.0), xy(44.0, -20.0), xy(58.0, -12.0)),
                    3.0,
                    rgb(0x5A3018),
                );
            },
        );
    }
    // A passenger, half-way.
    let seat = front - 640.0;
    if seat.abs() < 460.0 {
        canvas.within(xy(seat, -40.0 + bob(seat)), 0.0, Vec2::ONE, |canvas| {
            canvas.ball(xy(0.0, 20.0), xy(24.0, 27.0), rgb(0x9AA3B5));
            canvas.ball(xy(0.0, 56.0), xy(20.0, 20.0), rgb(0xB4BCCB));
            for side in [-1.0, 1.0] {
                canvas.ball(xy(side * 18.0, 72.0), xy(11.0, 11.0), rgb(0xD9A9B4));
                eye(canvas, xy(side * 8.0, 58.0), 6.0, xy(0.0, 0.0), 0.35, rgb(0xB4BCCB));
            }
            canvas.solid(&block(xy(30.0, 18.0), xy(20.0, 15.0), 2.0), rgb(0xEFE7D3));
            canvas.stroke(&[xy(30.0, 30.0), xy(30.0, 6.0)], 1.5, rgb(0xAFA58D));
        });
    }
    if back > -300.0 {
        canvas.within(
            xy(back - 18.0, -62.0 + bob(back)),
            0.35 * (t * 14.0).sin(),
            Vec2::ONE,
            |canvas| {
                canvas.stroke(&bow(Vec2::ZERO, xy(-34.0, 10.0), xy(-44.0, 64.0)), 11.0, brown);
                canvas.solid(&[xy(-44.0, 116.0), xy(-44.0, 74.0), xy(-106.0, 95.0)], rgb(0xEFE7D3));
                canvas.write("fin", xy(-62.0, 95.0), 17.0, INK);
                canvas.stroke(&[xy(-44.0, 62.0), xy(-44.0, 118.0)], 4.0, rgb(0xB7AFA0));
            },
        );
    }
}

fn orchestra(canvas: &mut Canvas, t: f32) {
    let sneezes = [1.9, 2.4, 2.9];
    let colors = [rgb(0x6FA8C9), rgb(0xD9A441), rgb(0xB07CC6), rgb(0xD9756B)];
    let inhales = between(t, 3.8, 6.2);
    let held = f32::from(u8::from(t < 6.3));
    for (player, color) in colors.into_iter().enumerate() {
        let x = -150.0 + 124.0 * player as f32;
        let tuba = player == 3;
        let at = if tuba { 6.3 } else { sneezes[player] };
        let swells = if tuba {
            inhales * held
        } else {
            between(t, at - 0.9, at) * f32::from(u8::from(t < at))
        };
        let sneeze = jolt(t, at) * if tuba { 0.15 } else { 1.0 };
        let ducks = if tuba { 0.0 } else { inhales * held };
        let size = 1.0 + swells * if tuba { 0.75 } else { 0.28 };
        shadow(canvas, x, 60.0);
        canvas.solid(
            &[xy(x - 24.0, -78.0), xy(x - 42.0, -150.0), xy(x + 42.0, -150.0), xy(x + 24.0, -78.0)],
            INK.mix(&color, 0.18),
        );
        canvas.solid(&[xy(x - 12.0, -78.0), xy(x, -116.0), xy(x + 12.0, -78.0)], WHITE);
        let head = xy(x - 26.0 * ducks, -46.0 - 30.0 * ducks);
        canvas.within(
            head,
            -0.3 * swells + 0.5 * sneeze.abs() + 0.3 * ducks,
            Vec2::splat(size),
            |canvas| {
                canvas.ball(xy(0.0, 8.0), xy(38.0, 40.0), color);
                let shut = swells > 0.5 || sneeze.abs() > 0.1;
                for side in [-1.0, 1.0] {
                    eye(
                        canvas,
                        xy(side * 14.0, 20.0),
                        9.0,
                        xy(if ducks > 0.3 { 1.0 } else { 0.0 }, 0.0),
                        if shut { 0.95 } else { 0.3 - 0.3 * ducks },
                        color,
                    );
                }
                canvas.ball(
                    xy(0.0, 4.0),
                    xy(if tuba { 15.0 } else { 9.0 }, 11.0),
                    color.mix(&rgb(0xC0392B), 0.4),
                );
                canvas.ball(
                    xy(0.0, -16.0),
                    xy(7.0 + 7.0 * swells, 3.0 + 9.0 * swells + 8.0 * sneeze.abs()),
                    rgb(0x4B1D22),
                );
                canvas.stroke(
                    &bow(xy(-20.0, 46.0), xy(0.0, 62.0), xy(20.0, 46.0)),
                    9.0,
                    INK.mix(&color, 0.3),
                );
            },
        );
        // What it plays.
        match player {
            0 => {
                canvas.within(xy(x - 34.0, -104.0), 0.7, Vec2::ONE, |canvas| {
                    canvas.ball(Vec2::ZERO, xy(13.0, 20.0), rgb(0x9B5A2C));
                    canvas.stroke(&[xy(0.0, 16.0), xy(0.0, 52.0)], 5.0, rgb(0x5A3018));
                });
            }
            1 => canvas.stroke(&[xy(x - 6.0, -88.0), xy(x + 44.0, -112.0)], 6.0, rgb(0xC9CCD8)),
            2 => canvas.solid(
                &[xy(x + 32.0, -130.0), xy(x + 52.0, -88.0), xy(x + 12.0, -96.0)],
                rgb(0xD5DBE4),
            ),
            _ => {
                canvas.ball(xy(x + 52.0, -92.0), xy(30.0, 30.0), rgb(0xE2B84B));
                canvas.ball(xy(x + 62.0, -52.0), xy(38.0, 20.0), rgb(0xF0CC6A));
                canvas.ball(xy(x + 62.0, -50.0), xy(28.0, 12.0), rgb(0x7A5A1A));
            }
        }
        if !tuba && t > at && t < at + 0.7 {
            let flown = between(t, at, at + 0.6);
            for drop in 0..9 {
                let way = Vec2::from_angle(0.9 + 0.16 * drop as f32)
                    * (40.0 + 110.0 * flown * (0.7 + 0.05 * drop as f32));
                canvas.disc(
                    head + way - xy(0.0, 70.0 * flown * flown),
                    4.0,
                    rgb(0xBFE3F2).with_alpha(0.9 * (1.0 - flown)),
                );
            }
            canvas.write(
                "tchoo!",
                head + xy(0.0, 74.0 + 24.0 * flown),
                24.0,
                color.mix(&Color::WHITE, 0.4).with_alpha(1.0 - between(t, at + 0.4, at + 0.7)),
            );
        }
    }
    // The conductor.
    let beat = if t < 3.2 { (t * 12.5).sin() } else { 0.0 };
    let faints = between(t, 6.9, 7.5);
    canvas.within(xy(-272.0, -150.0), 1.5 * faints + 0.1 * inhales * held, Vec2::ONE, |canvas| {
        canvas.solid(
            &[xy(-22.0, 84.0), xy(-34.0, 0.0), xy(34.0, 0.0), xy(22.0, 84.0)],
            rgb(0x26242F),
        );
        canvas.ball(xy(0.0, 112.0), xy(30.0, 32.0), rgb(0xE0A27E));
        for side in [-1.0, 1.0] {
            canvas.ball(xy(side * 30.0, 124.0), xy(15.0, 22.0), rgb(0xD8D4C8));
        }
        eye(
            canvas,
            xy(10.0, 118.0),
            8.0,
            xy(1.0, 0.0),
            if faints > 0.5 { 1.0 } else { 0.2 },
            rgb(0xE0A27E),
        );
        let hand = xy(52.0, 84.0 + 26.0 * beat);
        canvas.stroke(&[xy(16.0, 70.0), hand], 12.0, rgb(0x26242F));
        canvas.stroke(&[hand, hand + xy(30.0, 20.0 + 8.0 * beat)], 3.0, WHITE);
    });
    if t > 6.3 {
        canvas.write("tchi.", xy(232.0, 40.0), 18.0, WHITE.with_alpha(1.0 - between(t, 7.6, 8.2)));
    }
}

fn jelly(canvas: &mut Canvas, t: f32) {
    let green = rgb(0x5DBE7E);
    let splat = between(t, 6.6, 6.85);
    let wild = between(t, 1.6, 6.2) * (1.0 - splat);
    let wobble = wild * (0.03 + 0.13 * wild) * (t * (7.0 + 5.0 * wild)).sin();
    let rise = 1.0 + 0.4 * between(t, 6.1, 6.5) * (1.0 - splat);
    let flat = 1.0 - 0.74 * splat + 0.1 * jolt(t, 6.85);
    shadow(canvas, 0.0, 150.0 + 90.0 * splat);
    canvas.ball(xy(0.0, -148.0), xy(176.0, 15.0), rgb(0xD8D4C8));
    let skew = |point: Vec2| {
        // The top goes furthest, and later than the bottom.
        let high = (point.y / 190.0).clamp(0.0, 1.0);
        let ripple = wild * 8.0 * (t * 13.0 + point.y * 0.05).sin();
        xy(
            point.x * (1.0 + 0.75 * splat) / rise.sqrt()
                + 420.0 * wobble * high * high
                + ripple * high,
            point.y * flat * rise * (1.0 - wobble.abs() * 0.3),
        )
    };
    let body: Vec<Vec2> = (0..=40)
        .map(|it| {
            let angle = it as f32 / 40.0 * PI;
            let scallop = 1.0 + 0.035 * (angle * 9.0).cos();
            xy(angle.cos() * 128.0 * scallop, angle.sin().max(0.0).powf(0.62) * 190.0)
        })
        .map(|point| skew(point) + xy(0.0, -146.0))
        .collect();
    canvas.blend(&body, rgb(0x9BE8AE), rgb(0x2F8A5B));
    let at = |x: f32, y: f32| skew(xy(x, y)) + xy(0.0, -146.0);
    canvas.glow(at(-50.0, 140.0), xy(30.0, 34.0 * flat), WHITE.with_alpha(0.5));
    // A cherry on top, as long as it holds.
    let falls = between(t, 6.6, 7.2);
    let cherry =
        at(0.0, 188.0) + xy(150.0 * falls, 14.0 + 70.0 * (PI * falls).sin() - 40.0 * falls);
    canvas.ball(cherry, xy(17.0, 17.0), rgb(0xC9283E));
    canvas.stroke(
        &bow(cherry + xy(0.0, 14.0), cherry + xy(4.0, 30.0), cherry + xy(16.0, 36.0)),
        3.0,
        rgb(0x4E7A3A),
    );
    let worry = between(t, 3.0, 6.0);
    for side in [-1.0, 1.0] {
        let home = at(side * 38.0, 112.0) + xy(side * 30.0 * splat, 6.0 * splat);
        let lag = xy(-wobble * 60.0, 0.0);
        eye(
            canvas,
            home + lag,
            18.0 + 5.0 * worry,
            xy(-wobble * 9.0, 0.1),
            0.36 * (1.0 - worry),
            green,
        );
        canvas.stroke(
            &[
                home + lag + xy(-side * 16.0, 28.0 + 10.0 * worry),
                home + lag + xy(side * 18.0, 30.0 - 4.0 * worry),
            ],
            5.0,
            rgb(0x1F5C3C),
        );
    }
    let mouth = at(0.0, 64.0);
    let oh = between(t, 6.0, 6.3) * (1.0 - between(t, 7.4, 7.7));
    let speaks = if (0.5..6.0).contains(&t) { (t * 8.0).sin().abs() * 5.0 } else { 0.0 };
    canvas.ball(mouth, xy(20.0 - 4.0 * oh, 3.0 + speaks + 14.0 * oh), rgb(0x174A30));
}
