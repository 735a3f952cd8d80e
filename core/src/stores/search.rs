//! Which stores a member means by what they type: names, streets, cities, house numbers, with errors forgiven.
//!
//! Pure. A word is known in up to two forms, both without case and accents. Its spelling keeps the script, so that a slip of
//! the finger is one edit in any. Its sound is in Latin letters in which the ways of transliterating agree, so that
//! "Щёлковская" is found by "shchelkovskaya" and by "Schtscholkowskaja" with an error. A chain has many stores but few
//! different words: a search looks at all of these, and then at the stores of those that match.

use std::collections::HashMap;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Of a query no more characters are read than this.
pub const QUERY: usize = 128;
/// Of a query no more words are read than this. The scores below do not overflow into one another with so many.
pub const QUERY_WORDS: usize = 8;
/// Of a store's text no more characters are read than this.
pub const TEXT: usize = 256;
/// Of a word no more letters are read than this.
pub const WORD: usize = 32;

/// What one word of a query adds to the score where it is the beginning of a word of the store; nothing where it is all of it.
pub const PREFIX: u32 = 1;
/// Where it stands within a word.
pub const CONTAINED: u32 = PREFIX << 4;
/// Where it is a word but for one error: a letter too many, too few, or wrong, or two neighbours exchanged.
pub const ONE_ERROR: u32 = CONTAINED << 4;
/// But for two.
pub const TWO_ERRORS: u32 = ONE_ERROR << 4;

/// With fewer letters than this, everything stands within some word.
const LETTERS_CONTAINED: usize = 3;
/// With fewer letters, everything is an error away from some word.
const LETTERS_ONE_ERROR: usize = 4;
const LETTERS_TWO_ERRORS: usize = 7;
/// Errors that are forgiven at most.
const ERRORS: usize = 2;

/// The words of all stores.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The stores' numbers; elsewhere in here a store is its place among them.
    numbers: Vec<u32>,
    /// Each form of a word with the stores that have it.
    words: Vec<(Word, Vec<u32>)>,
}

/// A store that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meant {
    /// Its number.
    pub number: u32,
    /// The sum of what each word of the query adds: nothing, [`PREFIX`], [`CONTAINED`], [`ONE_ERROR`] or [`TWO_ERRORS`].
    /// So one error more is worse than any number of words that are merely contained. Less is better.
    pub score: u32,
}

impl Names {
    /// From each store's number and texts. A store without a letter or a digit is never found.
    pub fn build<Texts>(stores: impl IntoIterator<Item = (u32, Texts)>) -> Self
    where
        Texts: IntoIterator,
        Texts::Item: AsRef<str>,
    {
        let mut names = Self::default();
        let mut places: HashMap<u32, u32> = HashMap::new();
        // The words of what stands between spaces. A chain repeats them, so each is folded once.
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        let mut words: HashMap<String, usize> = HashMap::new();
        let mut having: Vec<Vec<u32>> = Vec::new();
        for (number, texts) in stores {
            let next = u32::try_from(names.numbers.len()).unwrap_or(u32::MAX);
            let place = *places.entry(number).or_insert(next);
            if place == next {
                names.numbers.push(number);
            }
            for text in texts {
                let text = text.as_ref();
                let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
                for part in text.get(..end).unwrap_or_default().split_whitespace() {
                    if !known.contains_key(part) {
                        let mut number = |word| {
                            let next = words.len();
                            *words.entry(word).or_insert(next)
                        };
                        let numbers = spellings(part.chars()).into_iter().map(&mut number).collect();
                        having.resize_with(words.len(), Vec::new);
                        known.insert(part.to_owned(), numbers);
                    }
                    for word in known.get(part).into_iter().flatten() {
                        if let Some(stores) = having.get_mut(*word) {
                            stores.push(place);
                        }
                    }
                }
            }
        }
        let mut forms: HashMap<String, Vec<u32>> = HashMap::with_capacity(2 * words.len());
        for (spelling, word) in words {
            let stores = having.get_mut(word).map(std::mem::take).unwrap_or_default();
            if let Some(sound) = other_sound(&spelling) {
                forms.entry(sound).or_default().extend(&stores);
            }
            forms.entry(spelling).or_default().extend(stores);
        }
        for (form, mut stores) in forms {
            stores.sort_unstable();
            stores.dedup();
            names.words.push((Word::of(&form), stores));
        }
        names
    }

    /// The stores that have, for each word of the query, in any order, one that it may mean; the best `limit`, best first, of
    /// equal ones the lower number first.
    ///
    /// The last word may be unfinished: it may also be the beginning of a word but for errors. A word with a digit in it is
    /// matched from its first letter and to the letter, since the next number is another house. A query without a letter or
    /// digit means none.
    pub fn find(&self, query: &str, limit: usize) -> Vec<Meant> {
        const NONE: u32 = u32::MAX;
        let asked: Vec<_> = spellings(query.chars().take(QUERY)).into_iter().take(QUERY_WORDS).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let mut scores = vec![0_u32; self.numbers.len()];
        let mut best = vec![NONE; self.numbers.len()];
        for (place, spelling) in asked.iter().enumerate() {
            let last = place + 1 == asked.len();
            let forms: Vec<_> = [Some(Word::of(spelling)), other_sound(spelling).map(|sound| Word::of(&sound))]
                .into_iter()
                .flatten()
                .collect();
            best.fill(NONE);
            for (word, stores) in &self.words {
                let Some(score) = forms.iter().filter_map(|form| form.score(word, last)).min() else { continue };
                for store in stores {
                    if let Some(best) = best.get_mut(*store as usize) {
                        *best = score.min(*best);
                    }
                }
            }
            for (score, best) in scores.iter_mut().zip(&best) {
                *score = score.saturating_add(*best);
            }
            if scores.iter().all(|score| *score == NONE) {
                return Vec::new();
            }
        }
        let all = self.numbers.iter().zip(scores).filter(|(_, score)| *score != NONE);
        let mut all: Vec<_> = all.map(|(number, score)| Meant { number: *number, score }).collect();
        let order = |meant: &Meant| (meant.score, meant.number);
        if limit < all.len() {
            all.select_nth_unstable_by_key(limit, order);
            all.truncate(limit);
        }
        all.sort_unstable_by_key(order);
        all
    }
}

/// One form of a word.
#[derive(Clone, Debug)]
struct Word {
    letters: Box<[char]>,
    /// Which letters occur, each at one of 64 bits: one that the other word lacks is an error at least.
    occurring: u64,
    numeric: bool,
}

impl Word {
    fn of(form: &str) -> Self {
        let letters: Box<[char]> = form.chars().collect();
        let occurring = letters.iter().fold(0, |all, letter| all | 1 << (u32::from(*letter) % 64));
        let numeric = letters.iter().any(|letter| letter.is_numeric());
        Self { letters, occurring, numeric }
    }

    /// What this word of a query adds to the score of a store that has `word`, if it may mean it.
    fn score(&self, word: &Self, last: bool) -> Option<u32> {
        let (asked, letters) = (&*self.letters, &*word.letters);
        let forgiven = match asked.len() {
            _ if self.numeric || word.numeric => 0,
            LETTERS_TWO_ERRORS.. => ERRORS,
            LETTERS_ONE_ERROR.. => 1,
            _ => 0,
        };
        let lacking = (self.occurring & !word.occurring).count_ones() as usize;
        if lacking > forgiven {
            return None;
        }
        if letters.starts_with(asked) {
            return Some(if letters.len() == asked.len() { 0 } else { PREFIX });
        }
        let within = lacking == 0 && !self.numeric && !word.numeric && asked.len() >= LETTERS_CONTAINED;
        if within && letters.windows(asked.len()).any(|part| part == asked) {
            return Some(CONTAINED);
        }
        let surplus = (word.occurring & !self.occurring).count_ones() as usize;
        if surplus > forgiven && !last {
            return None;
        }
        match errors(asked, letters, last, forgiven)? {
            0 | 1 => Some(ONE_ERROR),
            _ => Some(TWO_ERRORS),
        }
    }
}

/// How many errors lead from what was asked to the word, or to its nearest beginning if that will do; none if more than are
/// forgiven.
///
/// The optimal string alignment distance, of which the cells alone are worked out that so few errors can reach. Ours, since
/// the crates that have it know nothing of beginnings and bounds.
#[expect(clippy::indexing_slicing, reason = "`from` and `to` are at most WORD, the rows one longer")]
fn errors(asked: &[char], word: &[char], beginning: bool, forgiven: usize) -> Option<usize> {
    const FAR: u8 = u8::MAX / 2;
    let (asked, word) = (asked.get(..WORD).unwrap_or(asked), word.get(..WORD).unwrap_or(word));
    if forgiven == 0 || asked.len() > word.len() + forgiven || !beginning && word.len() > asked.len() + forgiven {
        return None;
    }
    // The cells for the first `from` letters of what was asked and the first `to` of the word; the row before, and before that.
    let (mut old, mut row) = ([FAR; WORD + 1], [FAR; WORD + 1]);
    for (cell, errors) in row.iter_mut().zip(0..).take(forgiven.min(word.len()) + 1) {
        *cell = errors;
    }
    for from in 1..=asked.len() {
        let older = old;
        (old, row) = (row, [FAR; WORD + 1]);
        let cells = from.saturating_sub(forgiven)..=(from + forgiven).min(word.len());
        for to in cells {
            let mut cell = old[to] + 1;
            if to > 0 {
                let differ = u8::from(asked[from - 1] != word[to - 1]);
                cell = cell.min(row[to - 1] + 1).min(old[to - 1] + differ);
                if from > 1 && to > 1 && asked[from - 1] == word[to - 2] && asked[from - 2] == word[to - 1] {
                    cell = cell.min(older[to - 2] + 1);
                }
            }
            row[to] = cell;
        }
        if row.iter().all(|cell| usize::from(*cell) > forgiven) {
            return None;
        }
    }
    let errors = if beginning { row.iter().copied().min() } else { row.get(word.len()).copied() };
    errors.map(usize::from).filter(|errors| *errors <= forgiven)
}

/// The words of a text as they are spelt, without case and accents, and so without the difference of ё and е or й and и.
fn spellings(text: impl Iterator<Item = char>) -> Vec<String> {
    let (mut words, mut word, mut letters) = (Vec::new(), String::new(), 0);
    let lower = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text).flat_map(char::to_lowercase);
    for letter in lower.chain([' ']) {
        match letter {
            // Accents, soft hyphens, joiners, and the apostrophes that some write for a soft sign.
            '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200d}'
            | '\''
            | '`'
            | '´'
            | '\u{2b9}'..='\u{2bc}'
            | '‘'
            | '’' => {}
            _ if letter.is_alphanumeric() && letters >= WORD => {}
            'ß' => {
                word.push_str("ss");
                letters += 2;
            }
            _ if letter.is_alphanumeric() => {
                word.push(unaccented(letter));
                letters += 1;
            }
            _ if !word.is_empty() => {
                words.push(std::mem::take(&mut word));
                letters = 0;
            }
            _ => {}
        }
    }
    words
}

/// The letters whose accents Unicode takes for part of them.
fn unaccented(letter: char) -> char {
    match letter {
        'ø' | 'œ' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ŧ' => 't',
        'æ' => 'a',
        letter => letter,
    }
}

/// The sound of a spelling where it differs from it.
fn other_sound(spelling: &str) -> Option<String> {
    /// Replaced one after the other, so that those of different countries end as the same: the English "shch", the German
    /// "schtsch" and, its accents taken off, the "šč" of ISO 9; "ya", "ja" and "ia"; "Mueller", "Müller" and "Muller".
    const ALIKE: [(&str, &str); 25] = [
        ("ck", "k"),
        ("schtsch", "sc"),
        ("shch", "sc"),
        ("tsch", "c"),
        ("sch", "s"),
        ("tch", "c"),
        ("sh", "s"),
        ("ch", "c"),
        ("zh", "z"),
        ("kh", "h"),
        ("ph", "f"),
        ("ts", "c"),
        ("tz", "c"),
        ("q", "k"),
        ("x", "ks"),
        ("w", "v"),
        ("j", "y"),
        ("yo", "e"),
        ("ye", "e"),
        ("ie", "e"),
        ("y", "i"),
        ("ae", "a"),
        ("oe", "o"),
        ("ue", "u"),
        ("þ", "th"),
    ];
    let mut sound = String::with_capacity(spelling.len());
    for letter in spelling.chars() {
        match latin(letter) {
            Some(letters) => sound.push_str(letters),
            None => sound.push(letter),
        }
    }
    for (one, other) in ALIKE {
        if sound.contains(one) {
            sound = sound.replace(one, other);
        }
    }
    // Doubled letters are not heard; digits are.
    let mut previous = None;
    sound.retain(|letter| previous.replace(letter) != Some(letter) || letter.is_numeric());
    (sound != spelling && !sound.is_empty()).then_some(sound)
}

/// A Cyrillic letter, without its accent, in Latin ones. After BGN/PCGN's romanization of Russian, with what Ukrainian,
/// Belarusian, Serbian, Macedonian and Kazakh add.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' | 'ә' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' | 'ғ' => "g",
        'д' | 'ђ' => "d",
        'е' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ы' => "i",
        'ј' => "y",
        'к' | 'қ' => "k",
        'л' => "l",
        'љ' => "ly",
        'м' => "m",
        'н' | 'ң' => "n",
        'њ' => "ny",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ү' | 'ұ' => "u",
        'ф' => "f",
        'х' | 'һ' => "kh",
        'ц' => "ts",
        'ч' | 'ћ' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ѕ' => "dz",
        'џ' => "dzh",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
