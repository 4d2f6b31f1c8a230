//! What the weights that ship say of lines that nobody trained on.
#![expect(clippy::expect_used, reason = "a test may fail")]

use emotion_core::Expression;
use emotion_words::{WordReader, WordReading};

fn reader() -> WordReader {
    WordReader::shipped().expect("the shipped weights")
}

/// Neutral and other lines in languages that the model does not know.
const FOREIGN: [&str; 24] = [
    "Kauppa on auki kello kahdeksasta kahdeksaan.",
    "Huomenna sataa koko päivän, ota sateenvarjo mukaan.",
    "En tiedä, missä avaimet ovat.",
    "Juna lähtee raiteelta viisi.",
    "Der Zug nach Hamburg fährt heute von Gleis sieben.",
    "Ich habe den Schlüssel auf den Tisch gelegt.",
    "Können Sie mir bitte sagen, wie spät es ist?",
    "Die Besprechung wurde auf Donnerstag verschoben.",
    "Le magasin ouvre à neuf heures du matin.",
    "Je ne sais pas où se trouve la gare.",
    "Nous avons mangé du poisson et des légumes.",
    "Il faut prendre la deuxième rue à gauche.",
    "La reunión empieza a las tres de la tarde.",
    "¿Dónde está la biblioteca municipal?",
    "Mi hermano trabaja en una fábrica de muebles.",
    "Mañana vamos a visitar a los abuelos.",
    "明日の会議は三時に始まります。",
    "駅までどうやって行きますか",
    "今天的天气很好，我们去公园吧。",
    "Завтра будет дождь, возьми зонт.",
    "Il treno per Milano parte dal binario quattro.",
    "Butiken öppnar klockan nio på lördagar.",
    "Pociąg do Krakowa odjeżdża z peronu trzeciego.",
    "Toplantı yarın saat üçte başlayacak.",
];

const GIBBERISH: [&str; 8] = [
    "asdf jkl qwerty uiop zxcvbn",
    "xkcd jfhg dkslw oqpwm znxbv",
    "blorf snarg vexxit plonque druzzle",
    "aaaaaaaa bbbbbbbb cccccccc",
    "12345 67890 !!! ???",
    "....",
    "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
    "dGhpcyBpcyBub3QgYSBzZW50ZW5jZQ==",
];

#[test]
fn other_languages_are_unsure() {
    let reader = reader();
    let sure: Vec<(&str, WordReading)> = FOREIGN
        .iter()
        .map(|line| (*line, reader.read(line)))
        .filter(|(_, reading)| reading.dominant.is_some())
        .collect();
    assert!(sure.is_empty(), "{} of {}: {sure:#?}", sure.len(), FOREIGN.len());
}

#[test]
fn gibberish_is_unsure() {
    let reader = reader();
    for line in GIBBERISH {
        let reading = reader.read(line);
        assert!(reading.dominant.is_none() && !reading.is_understood(), "{line}: {reading:?}");
    }
}

#[test]
fn plain_english_is_read() {
    use Expression::{Angry, Fear, Happy, Neutral, Sad, Surprise};
    let reader = reader();
    for (line, expected) in [
        ("Thank you so much, I love it!", Happy),
        ("This makes me so angry, I hate you.", Angry),
        ("I'm so sorry for your loss, that is so sad.", Sad),
        ("I was terrified, it is so scary.", Fear),
        ("Wow, I can't believe it, what a surprise!", Surprise),
        ("The meeting is on the second floor.", Neutral),
        ("❤️❤️❤️", Happy),
        ("that is so sad :(", Sad),
    ] {
        let reading = reader.read(line);
        assert_eq!(reading.dominant, Some(expected), "{line}: {reading:?}");
        assert!(reading.labels[expected.index()], "{line}: {reading:?}");
    }
}

#[test]
fn several_expressions_may_be_there_at_once() {
    let reader = reader();
    let lines = [
        "Oh my god, I can't believe it, this is amazing, I love it!",
        "Wow, that is so cute, I am surprised, thank you!",
        "I hate this and I am so sad and scared.",
    ];
    let several = lines
        .iter()
        .filter(|line| reader.read(line).labels.iter().filter(|has| **has).count() > 1)
        .count();
    assert!(several >= 1);
}

#[test]
fn a_line_of_any_length_is_read_at_its_beginning() {
    let reader = reader();
    let long = "Thank you so much, I love it! ".repeat(350_000);
    let reading = reader.read(&long);
    assert!(reading.is_cut);
    assert_eq!(reading.dominant, Some(Expression::Happy));
}

#[test]
fn the_weights_are_small_and_the_listed_ones() {
    assert!(emotion_model_words::WEIGHTS.len() <= 4_000_000);
    assert!(emotion_model_words::SHA256SUMS.contains("words.safetensors"));
}
