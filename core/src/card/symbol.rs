//! Drawing: a text as the modules of a symbol that a till can scan.
//!
//! Pure. A [`Symbol`] is a matrix without size or colour, so any shell draws it crisply; [`Symbol::to_pixels`] does it for
//! those without a canvas. The character sets are explicit: text that is ASCII never gets an ECI header, since cheap
//! scanners hand the header on to the till; text that is not is drawn as UTF-8 in a QR code and refused by the others.

use fast_qr::{ECL, QRBuilder};
use rxing::aztec::AztecWriter;
use rxing::oned::{Code128Writer, EAN13Writer, OneDimensionalCodeWriter};
use rxing::pdf417::encoder::PDF417;
use rxing::{BarcodeFormat, Writer};

use super::Symbology;

/// The longest text that is drawn, in bytes. The matrix codes hold more, but not so that a till reads it off a phone, and
/// drawing must stay quick whatever the platform sends.
pub const LONGEST: usize = 1_000;
/// The longest text of a Code 128 symbol, in characters: beyond it no phone is wide enough.
pub const LONGEST_CODE_128: usize = 80;

/// A symbol as dark and light modules, without its quiet zone.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Symbol {
    /// What kind it is.
    pub symbology: Symbology,
    /// Columns, in modules.
    pub width: u32,
    /// Rows; 1 for linear symbols.
    pub height: u32,
    /// Row by row from the top, each starting on a byte, first module in the highest bit; 1 is dark.
    pub bits: Vec<u8>,
    /// The light margin that must surround it, in modules.
    pub quiet_zone: u32,
    /// How high a row is, in module widths: 1 for QR and Aztec, 3 for PDF417, the length of the bars for linear symbols.
    pub module_height: u32,
}

/// A symbol as grey pixels: 0 is dark, 255 is light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row by row from the top, one byte a pixel.
    pub luma: Vec<u8>,
}

/// Why a text cannot be drawn. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// There is nothing to draw.
    #[error("there is no text to draw")]
    Empty,
    /// More than the symbology holds, or than a till can read off a phone.
    #[error("the text is too long for {symbology:?}")]
    TooLong {
        /// The symbology asked for.
        symbology: Symbology,
    },
    /// Only QR codes take text that is not ASCII.
    #[error("{symbology:?} takes ASCII text only")]
    NotAscii {
        /// The symbology asked for.
        symbology: Symbology,
    },
    /// EAN-13 takes thirteen digits, the last of which is the check digit.
    #[error("EAN-13 takes 13 digits")]
    NotThirteenDigits,
    /// The last digit of an EAN-13 is not the check digit of the others.
    #[error("the check digit of this EAN-13 would be {right}")]
    WrongCheckDigit {
        /// What it would have to be.
        right: u8,
    },
}

/// Draws `text`. QR codes have error correction M, PDF417 the level that ISO/IEC 15438 recommends for their length.
///
/// # Errors
/// [`SymbolError`] says what the symbology cannot hold.
pub fn draw(symbology: Symbology, text: &str) -> Result<Symbol, SymbolError> {
    let longest = if symbology == Symbology::Code128 { LONGEST_CODE_128 } else { LONGEST };
    let too_long = SymbolError::TooLong { symbology };
    if text.is_empty() {
        return Err(SymbolError::Empty);
    }
    if symbology == Symbology::Ean13 {
        check_ean_13(text)?;
    }
    if symbology != Symbology::Qr && !text.is_ascii() {
        return Err(SymbolError::NotAscii { symbology });
    }
    if text.len() > longest {
        return Err(too_long);
    }
    // The encoders are others': whatever they do with a text that we have not thought of, the card is shown.
    std::panic::catch_unwind(|| encode(symbology, text)).unwrap_or(Err(too_long))
}

/// What is left to refuse here is capacity.
fn encode(symbology: Symbology, text: &str) -> Result<Symbol, SymbolError> {
    let too_long = SymbolError::TooLong { symbology };
    match symbology {
        Symbology::Qr => {
            let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| too_long)?;
            let rows = code.data.chunks(code.size.max(1)).take(code.size);
            Ok(pack(symbology, 1, rows.map(|row| row.iter().map(|module| module.value()))))
        }
        Symbology::Aztec => {
            let code = AztecWriter.encode(text, &BarcodeFormat::AZTEC, 0, 0).map_err(|_| too_long)?;
            let (width, height) = (code.getWidth(), code.getHeight());
            let code = &code;
            Ok(pack(symbology, 1, (0..height).map(|y| (0..width).map(move |x| code.get(x, y)))))
        }
        Symbology::Pdf417 => {
            // The encoder itself rather than rxing's writer, which turns symbols that come out taller than wide.
            let mut encoder = PDF417::new();
            let level = match text.len() {
                0..=60 => 2,
                61..=240 => 3,
                241..=480 => 4,
                _ => 5,
            };
            encoder.generateBarcodeLogic(text, level).map_err(|_| too_long)?;
            // Bottom row first.
            let rows = encoder.getBarcodeMatrix().as_ref().ok_or(too_long)?.getMatrix();
            Ok(pack(symbology, 3, rows.iter().rev().map(|row| row.iter().map(|&module| module == 1))))
        }
        Symbology::Code128 => {
            let bars = Code128Writer.encode_oned(text).map_err(|_| too_long)?;
            // Longer than the 15 % of the width that ISO/IEC 15417 asks for: a till's scanner is held by hand.
            let length = u32::try_from(bars.len()).unwrap_or(u32::MAX) / 2;
            Ok(pack(symbology, length, [bars.into_iter()].into_iter()))
        }
        Symbology::Ean13 => {
            let bars = EAN13Writer.encode_oned(text).map_err(|_| SymbolError::NotThirteenDigits)?;
            // 22.85 mm at 0.33 mm a module, as the GS1 General Specifications have it.
            Ok(pack(symbology, 69, [bars.into_iter()].into_iter()))
        }
    }
}

fn check_ean_13(text: &str) -> Result<(), SymbolError> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let Some((last, rest)) = digits.split_last().filter(|_| digits.len() == 13 && text.len() == 13) else {
        return Err(SymbolError::NotThirteenDigits);
    };
    let sum: u8 = rest.iter().enumerate().map(|(place, digit)| if place % 2 == 0 { *digit } else { 3 * digit }).sum();
    let right = (10 - sum % 10) % 10;
    if *last == right { Ok(()) } else { Err(SymbolError::WrongCheckDigit { right }) }
}

/// Packs rows of equal length into bits.
fn pack<R: Iterator<Item = bool>>(symbology: Symbology, module_height: u32, rows: impl Iterator<Item = R>) -> Symbol {
    let (mut bits, mut width, mut height) = (Vec::with_capacity(512), 0_u32, 0_u32);
    for row in rows {
        let (mut byte, mut column) = (0_u8, 0_u32);
        for dark in row {
            byte = byte << 1 | u8::from(dark);
            column += 1;
            if column % 8 == 0 {
                bits.push(byte);
                byte = 0;
            }
        }
        if column % 8 != 0 {
            bits.push(byte << (8 - column % 8));
        }
        width = column;
        height += 1;
    }
    let quiet_zone = match symbology {
        Symbology::Qr => 4,
        // The standard asks for none; dark app backgrounds do.
        Symbology::Aztec | Symbology::Pdf417 => 2,
        Symbology::Code128 => 10,
        // Left of it; right of it 7 would do.
        Symbology::Ean13 => 11,
    };
    Symbol { symbology, width, height, bits, quiet_zone, module_height }
}

impl Symbol {
    /// Whether the module in column `x` of row `y`, counted from the top left, is dark. Outside of the symbol none is.
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        if x >= self.width {
            return false;
        }
        let byte = y as usize * self.width.div_ceil(8) as usize + x as usize / 8;
        self.bits.get(byte).is_some_and(|byte| byte >> (7 - x % 8) & 1 == 1)
    }

    /// The symbol with its quiet zone on all sides, `scale` pixels a module, at least 1.
    pub fn to_pixels(&self, scale: u32) -> Pixels {
        let scale = scale.max(1);
        let margin = self.quiet_zone * scale;
        let width = self.width * scale + 2 * margin;
        let height = self.height * self.module_height * scale + 2 * margin;
        let mut luma = Vec::with_capacity(width as usize * height as usize);
        let margins = margin as usize * width as usize;
        luma.resize(margins, u8::MAX);
        for y in 0..self.height {
            let start = luma.len();
            luma.resize(start + margin as usize, u8::MAX);
            for x in 0..self.width {
                let shade = if self.is_dark(x, y) { 0 } else { u8::MAX };
                luma.resize(luma.len() + scale as usize, shade);
            }
            luma.resize(start + width as usize, u8::MAX);
            for _ in 1..self.module_height * scale {
                luma.extend_from_within(start..start + width as usize);
            }
        }
        luma.resize(luma.len() + margins, u8::MAX);
        Pixels { width, height, luma }
    }
}

/// Hides the modules: whoever can read them can read the code.
impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = format_args!("{}x{}", self.width, self.height);
        f.debug_struct("Symbol").field("symbology", &self.symbology).field("size", &size).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! Every symbology is read back by a scanner that is not ours. QR codes are drawn by `fast_qr` and read by `ZXing` (in
    //! `rxing`) and `ZBar`. The others are drawn by `rxing` too, so that `ZXing` reading them proves our packing, margins and
    //! orientation rather than the encoder; for Code 128 and EAN-13 `ZBar` is the independent reader. It knows neither
    //! Aztec nor PDF417: those two rest on `rxing` alone.

    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::*;

    const ALL: [Symbology; 5] =
        [Symbology::Qr, Symbology::Aztec, Symbology::Pdf417, Symbology::Code128, Symbology::Ean13];
    const TEXT: &str = "1001877399942540QR2058410873.94287082";

    fn by_zxing(symbol: &Symbol) -> String {
        let format = match symbol.symbology {
            Symbology::Qr => BarcodeFormat::QR_CODE,
            Symbology::Aztec => BarcodeFormat::AZTEC,
            Symbology::Pdf417 => BarcodeFormat::PDF_417,
            Symbology::Code128 => BarcodeFormat::CODE_128,
            Symbology::Ean13 => BarcodeFormat::EAN_13,
        };
        let Pixels { width, height, luma } = symbol.to_pixels(4);
        let read = rxing::helpers::detect_in_luma(luma, width, height, Some(format));
        read.unwrap_or_else(|error| panic!("ZXing does not read {symbol:?}: {error}")).getText().to_owned()
    }

    fn by_zbar(symbol: &Symbol) -> String {
        let Pixels { width, height, luma } = symbol.to_pixels(4);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&luma).unwrap();
        let mut zbar = Command::new("zbarimg")
            .args(["--quiet", "--raw", "-Sbinary", "PNG:-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("zbarimg does not start: install zbar-tools (apt-get install zbar-tools, brew install zbar)");
        zbar.stdin.take().unwrap().write_all(&file).unwrap();
        String::from_utf8(zbar.wait_with_output().unwrap().stdout).unwrap()
    }

    fn text_for(symbology: Symbology) -> &'static str {
        if symbology == Symbology::Ean13 { "4006381333931" } else { TEXT }
    }

    #[test]
    fn zxing_reads_all() {
        for symbology in ALL {
            let text = text_for(symbology);
            assert_eq!(by_zxing(&draw(symbology, text).unwrap()), text, "{symbology:?}");
        }
    }

    #[test]
    fn zbar_reads_what_it_knows() {
        for symbology in [Symbology::Qr, Symbology::Code128, Symbology::Ean13] {
            let text = text_for(symbology);
            assert_eq!(by_zbar(&draw(symbology, text).unwrap()), text, "{symbology:?}");
        }
    }

    #[test]
    fn text_beyond_ascii_is_for_qr_alone() {
        let text = "Карта №1, café";
        let symbol = draw(Symbology::Qr, text).unwrap();
        assert_eq!(by_zxing(&symbol), text);
        assert_eq!(by_zbar(&symbol), text);
        for symbology in [Symbology::Aztec, Symbology::Pdf417, Symbology::Code128] {
            assert_eq!(draw(symbology, text), Err(SymbolError::NotAscii { symbology }));
        }
        assert_eq!(draw(Symbology::Ean13, "４００６３８１３３３９３１"), Err(SymbolError::NotThirteenDigits));
    }

    #[test]
    fn stands_upright() {
        // ZXing reads mirrored and turned symbols too, so where things stand is looked at here.
        let row =
            |symbol: &Symbol, y, from, n| (from..from + n).map(|x| u8::from(symbol.is_dark(x, y))).collect::<Vec<_>>();
        let pdf = draw(Symbology::Pdf417, TEXT).unwrap();
        let start = [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0];
        let stop = [1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1];
        for y in 0..pdf.height {
            assert_eq!(row(&pdf, y, 0, 17), start);
            assert_eq!(row(&pdf, y, pdf.width - 18, 18), stop);
        }
        // The first row is of cluster 0: in the left row indicator, bars 1 and 3 minus bars 2 and 4 are 0 modulo 9.
        let indicator = row(&pdf, 0, 17, 17);
        let runs: Vec<_> = indicator.chunk_by(|a, b| a == b).map(<[u8]>::len).collect();
        assert_eq!(runs.len(), 8);
        assert_eq!((9 + runs[0] + runs[4] - runs[2] - runs[6]) % 9, 0);
        // Orientation marks of Aztec: three dark at the top left, two at the top right, one at the bottom right, none
        // at the bottom left; the ring they sit on is 11 or 15 wide.
        let aztec = draw(Symbology::Aztec, TEXT).unwrap();
        let middle = aztec.width / 2;
        let ring = (5..=7).step_by(2).find(|&r| !aztec.is_dark(middle - r, middle + r)).unwrap();
        let (low, high) = (middle - ring, middle + ring);
        let marks = |a: (u32, u32), corner: (u32, u32), b: (u32, u32)| {
            [a, corner, b].map(|(x, y)| u8::from(aztec.is_dark(x, y)))
        };
        assert_eq!(marks((low, low + 1), (low, low), (low + 1, low)), [1, 1, 1]);
        assert_eq!(marks((high - 1, low), (high, low), (high, low + 1)), [0, 1, 1]);
        assert_eq!(marks((high, high - 1), (high, high), (high - 1, high)), [1, 0, 0]);
        assert_eq!(marks((low + 1, high), (low, high), (low, high - 1)), [0, 0, 0]);
        // QR has no finder at the bottom right.
        let qr = draw(Symbology::Qr, TEXT).unwrap();
        assert_eq!(row(&qr, 0, 0, 7), [1; 7]);
        assert_eq!(row(&qr, 0, qr.width - 7, 7), [1; 7]);
        assert_eq!(row(&qr, qr.height - 1, 0, 7), [1; 7]);
        // Linear ones start at the left: start C or B of Code 128 begins 11010010000 or 11010011100.
        assert_eq!(row(&draw(Symbology::Code128, TEXT).unwrap(), 0, 0, 7), [1, 1, 0, 1, 0, 0, 1]);
    }

    #[test]
    fn says_the_right_check_digit() {
        assert_eq!(draw(Symbology::Ean13, "4006381333937"), Err(SymbolError::WrongCheckDigit { right: 1 }));
        assert_eq!(draw(Symbology::Ean13, "0000000000000").unwrap().width, 95);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        for symbology in ALL {
            assert_eq!(draw(symbology, ""), Err(SymbolError::Empty));
            let wrong = draw(symbology, &"x".repeat(LONGEST + 1)).unwrap_err();
            assert!(matches!(wrong, SymbolError::TooLong { .. } | SymbolError::NotThirteenDigits), "{wrong:?}");
        }
        let fits = "x".repeat(LONGEST_CODE_128);
        assert!(draw(Symbology::Code128, &fits).is_ok());
        assert!(draw(Symbology::Code128, &(fits + "x")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn ascii_reads_back(text in "[ -~]{1,60}", digits in "[0-9]{2,40}") {
            for text in [&text, &digits] {
                for symbology in [Symbology::Qr, Symbology::Aztec, Symbology::Pdf417, Symbology::Code128] {
                    prop_assert_eq!(&by_zxing(&draw(symbology, text).unwrap()), text, "{:?}", symbology);
                }
            }
        }

        #[test]
        fn ean_13_reads_back(digits in "[0-9]{13}") {
            let right = match draw(Symbology::Ean13, &digits) {
                Ok(_) => digits,
                Err(SymbolError::WrongCheckDigit { right }) => format!("{}{right}", &digits[..12]),
                Err(other) => panic!("{other}"),
            };
            prop_assert_eq!(by_zxing(&draw(Symbology::Ean13, &right).unwrap()), right);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,80}|[\\x00-\\x7f]{0,1100}") {
            for symbology in ALL {
                if let Ok(symbol) = draw(symbology, &text) {
                    prop_assert_eq!(symbol.bits.len(), (symbol.width.div_ceil(8) * symbol.height) as usize);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn zbar_agrees(text in "[0-9A-Za-z.:/-]{4,60}") {
            for symbology in [Symbology::Qr, Symbology::Code128] {
                prop_assert_eq!(&by_zbar(&draw(symbology, &text).unwrap()), &text, "{:?}", symbology);
            }
        }
    }
}
