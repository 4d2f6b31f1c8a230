//! Numbers and names as they are written.

use bevy_emotion::prelude::Expression;

/// A number with its thousands apart.
pub fn grouped(number: u32) -> String {
    let (thousands, rest) = (number / 1000, number % 1000);
    if thousands == 0 { rest.to_string() } else { format!("{thousands} {rest:03}") }
}

/// An expression's name with a capital letter.
pub fn title_case(expression: Expression) -> String {
    let name = expression.name();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
