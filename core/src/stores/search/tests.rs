use proptest::prelude::*;

use super::*;

const CHAIN: [(u32, [&str; 3]); 9] = [
    (1, ["Пятёрочка", "ул. Тверская, 12", "Москва"]),
    (2, ["Пятёрочка", "Невский проспект, 128", "Санкт-Петербург"]),
    (3, ["Magnit", "Sadovaya street 7a", "Khar'kov"]),
    (4, ["Drogerie Müller", "Königstraße 22", "Köln"]),
    (5, ["Żabka", "ulica Łódzka 2", "Gdańsk"]),
    (6, ["Магнит", "Щёлковское шоссе, 2", "Жуковский"]),
    (7, ["Rema", "Sørøyveien 5", "Tromsø"]),
    (8, ["Café de l'Étoile", "Rue de l’Abbé 12", "Orléans"]),
    (9, ["Перекрёсток", "Площадь Юных Ленинцев, 1к2", "Химки"]),
];

fn find(query: &str) -> Vec<u32> {
    Names::build(CHAIN).find(query, 20).into_iter().map(|meant| meant.number).collect()
}

fn score(texts: &str, query: &str) -> Option<u32> {
    Names::build([(1, [texts])]).find(query, 1).first().map(|meant| meant.score)
}

#[test]
fn case_and_accents_do_not_matter() {
    for (query, number) in [
        ("ПЯТЕРОЧКА тверская", 1),
        ("пятёрочка москва", 1),
        ("muller", 4),
        ("MÜLLER", 4),
        ("konigstrasse", 4),
        ("Königstraße", 4),
        ("KÖNIGSTRASSE", 4),
        ("zabka", 5),
        ("lodzka", 5),
        ("soroyveien", 7),
        ("tromso", 7),
        ("etoile", 8),
        ("l'etoile", 8),
        ("cafe\u{301} orleans", 8),
    ] {
        assert_eq!(find(query), [number], "{query}");
    }
}

#[test]
fn cyrillic_is_found_by_latin_and_the_reverse() {
    for (query, number) in [
        ("tverskaya", 1),
        ("Tverskaja", 1),
        ("pyaterochka moskva", 1),
        ("pjatjorotschka moskwa", 1),
        ("nevsky", 2),
        ("newskij", 2),
        ("Sankt-Peterburg", 2),
        ("садовая", 3),
        ("харьков", 3),
        ("Shchelkovskoe", 6),
        ("schtschjolkowskoje", 6),
        ("Ŝëlkovskoe", 6),
        ("šosse", 6),
        ("zhukovskiy", 6),
        ("Жуковски", 6),
        ("кёльн", 4),
        ("мюллер", 4),
        ("гданьск", 5),
        ("perekrestok khimki", 9),
        ("perekryostok himki", 9),
        ("Yunykh Lenintsev", 9),
        ("Junyh Lenincev", 9),
    ] {
        assert!(find(query).contains(&number), "{query}: {:?}", find(query));
    }
}

#[test]
fn errors_are_forgiven_in_words_long_enough() {
    for (query, number) in [
        ("тверскаяя", 1),
        ("твирская", 1),
        ("тврская", 1),
        ("твесркая", 1),
        ("тврскоя", 1),
        ("невскй просект", 2),
        ("шосе", 6),
        ("mulelr", 4),
        ("gdasnk", 5),
        ("prospekt nevskii", 2),
        ("пирикресток", 9),
    ] {
        assert!(find(query).contains(&number), "{query}: {:?}", find(query));
    }
    assert_eq!(find("кем"), [0_u32; 0], "three letters are an error from too much");
    assert_eq!(find("тфирзкая"), [0_u32; 0], "three errors are too many");
}

#[test]
fn a_number_is_found_to_the_letter() {
    assert_eq!(find("тверская 12"), [1]);
    assert_eq!(find("тверская 13"), [0_u32; 0]);
    assert_eq!(find("невский 12"), [2], "128 begins like that");
    assert_eq!(find("невский 28"), [0_u32; 0], "and does not end so");
    assert_eq!(find("Садовая 7а"), [3]);
    assert_eq!(find("ленинцев 1к"), [9]);
    assert_eq!(find("12"), [1, 8, 2], "a whole number first");
}

#[test]
fn better_matches_come_first() {
    let names =
        Names::build((1..).zip([["Linen"], ["Landen"], ["Grandlinden"], ["Lindenau"], ["Linden"], ["Lindne Laden"]]));
    let found = names.find("linden", 20);
    assert_eq!(found.iter().map(|meant| meant.number).collect::<Vec<_>>(), [5, 4, 3, 1, 2, 6]);
    assert_eq!(
        found.iter().map(|meant| meant.score).collect::<Vec<_>>(),
        [0, PREFIX, CONTAINED, ONE_ERROR, ONE_ERROR, ONE_ERROR]
    );
    assert_eq!(names.find("linden", 2), found[..2]);
    assert!(names.find("linden", 0).is_empty());
    assert_eq!(score("Lindenstrasse", "lindanstrsse"), Some(TWO_ERRORS));
    // An error weighs more than all that is merely contained.
    let words = u32::try_from(QUERY_WORDS).unwrap();
    assert!(words * PREFIX < CONTAINED && words * CONTAINED < ONE_ERROR && words * ONE_ERROR < TWO_ERRORS);
}

#[test]
fn each_word_counts_and_the_last_may_be_unfinished() {
    assert_eq!(find("тверская пятерочка"), [1], "in any order");
    assert_eq!(find("пятерочка магнит"), [0_u32; 0], "not in one store");
    assert_eq!(find("пятерочка"), [1, 2]);
    assert_eq!(find("пят невс"), [2]);
    assert_eq!(score("Königsberger", "könogsb"), Some(ONE_ERROR), "errors in a beginning");
    assert_eq!(score("Königsberger Allee", "könogsb allee"), None, "but of the last word alone");
}

#[test]
fn what_says_nothing_means_none() {
    for query in ["", " ", "…, -!", "\u{301}\u{302}", "'", "\0", "ъь"] {
        assert_eq!(find(query), [0_u32; 0], "{query:?}");
    }
    assert!(Names::build([(1, [""; 0])]).find("a", 9).is_empty());
    assert!(Names::build([(1, ["-"])]).find("a", 9).is_empty());
    assert!(Names::default().find("a", 9).is_empty());
    assert_eq!(Names::build([(7, ["a"]), (7, ["b"])]).find("b a", 9), [Meant { number: 7, score: 0 }]);
}

#[test]
fn of_a_long_query_the_beginning_is_read() {
    let long = "тверская ".repeat(10_000);
    assert_eq!(find(&long), [1]);
    assert_eq!(find(&format!("{}невский", "пятерочка ".repeat(QUERY_WORDS))), [1, 2], "one word too many");
    assert_eq!(find(&"щ".repeat(1_000_000)), [0_u32; 0]);
    assert_eq!(score(&"w".repeat(200), &"w".repeat(10_000)), Some(0), "words are cut alike");
    assert_eq!(score(&"a ".repeat(10_000), "a"), Some(0));
    // The one that normalization makes longest.
    assert_eq!(find(&"\u{fdfa}".repeat(10_000)), [0_u32; 0]);
}

/// The distance by its definition, slowly.
fn slow(asked: &[char], word: &[char]) -> usize {
    let (Some((a, asked_rest)), Some((b, word_rest))) = (asked.split_last(), word.split_last()) else {
        return asked.len().max(word.len());
    };
    let mut best = (slow(asked_rest, word) + 1).min(slow(asked, word_rest) + 1);
    best = best.min(slow(asked_rest, word_rest) + usize::from(a != b));
    if let (Some((c, asked_rest)), Some((d, word_rest))) = (asked_rest.split_last(), word_rest.split_last())
        && (a, c) == (d, b)
    {
        best = best.min(slow(asked_rest, word_rest) + 1);
    }
    best
}

/// Does one of the four errors to a word.
fn spoil(word: &str, place: usize, kind: u8, letter: char) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let place = place % letters.len();
    match kind {
        0 => letters.insert(place, letter),
        1 => drop(letters.remove(place)),
        2 => letters[place] = letter,
        _ => {
            let next = (place + 1).min(letters.len() - 1);
            letters.swap(place, next);
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn errors_are_counted_as_by_definition(asked in "[ab]{1,6}", word in "[abc]{0,6}", forgiven in 1_usize..=2) {
        let (asked, word): (Vec<char>, Vec<char>) = (asked.chars().collect(), word.chars().collect());
        let right = slow(&asked, &word);
        prop_assert_eq!(errors(&asked, &word, false, forgiven), Some(right).filter(|right| *right <= forgiven));
        let right = (0..=word.len()).map(|length| slow(&asked, &word[..length])).min().unwrap();
        prop_assert_eq!(errors(&asked, &word, true, forgiven), Some(right).filter(|right| *right <= forgiven));
    }

    /// Of letters that are one letter in its spelling, too: to mistake ß, which is two, may be two errors.
    #[test]
    fn a_name_with_an_error_is_found(
        words in prop::collection::vec("[a-zа-яёäöü]{5,12}", 1..4), which in 0_usize..4, place in 0_usize..12,
        kind in 0_u8..4, letter in prop_oneof![prop::char::range('a', 'z'), prop::char::range('а', 'я')],
    ) {
        let names = Names::build([(1, ["Other Street 5".to_owned()]), (2, [words.join(" ")])]);
        let which = which % words.len();
        let mut typed = words.clone();
        typed[which] = spoil(&words[which], place, kind, letter);
        let found = names.find(&typed.join(" "), 20);
        prop_assert!(found.iter().any(|meant| meant.number == 2 && meant.score <= ONE_ERROR), "{typed:?}: {found:?}");
    }

    #[test]
    fn a_name_is_found_by_itself_and_its_beginnings(text in "\\PC{1,40}", letters in 1_usize..40) {
        let names = Names::build([(1, [&text])]);
        let typed: String = text.chars().take(letters).collect();
        let found = names.find(&typed, 1);
        let spelt = spellings(typed.chars());
        prop_assert!(spelt.is_empty() || spelt.len() > QUERY_WORDS || found.len() == 1, "{typed:?}");
        prop_assert!(text.chars().count() > letters || found.iter().all(|meant| meant.score == 0));
    }

    #[test]
    fn no_query_is_too_much(query in any::<String>(), text in any::<String>(), limit in 0_usize..3) {
        let names = Names::build([(1, [text.as_str()]), (2, ["Тверская 12"])]);
        prop_assert!(names.find(&query, limit).len() <= limit);
    }
}
