//! Pictures of windows, and how they differ.

use std::path::Path;
use std::{fs, io};

/// The side of a tile, whose mean colour is compared: how letters are smoothed, which another version
/// of the browser does a little differently, leaves the mean as it is.
const TILE: usize = 4;
/// Of 255, in any of the three colours.
const TOLERANCE: f64 = 8.0;

/// Rows of pixels, each red, green and blue.
#[derive(Clone, PartialEq)]
pub(crate) struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    pub(crate) fn decode(png: &[u8]) -> Self {
        let mut decoder = png::Decoder::new(io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().expect("a picture");
        let mut bytes = vec![0; reader.output_buffer_size().expect("not too large")];
        let info = reader.next_frame(&mut bytes).expect("a whole picture");
        let samples = info.color_type.samples();
        assert!(samples >= 3, "in colours");
        let pixels = bytes[..info.buffer_size()].chunks_exact(samples);
        let pixels = pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self { width: info.width as usize, pixels }
    }

    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::decode(&fs::read(path)?))
    }

    pub(crate) fn write(&self, path: &Path) {
        let folder = path.parent().expect("a file in a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        let file = fs::File::create(path).expect("the picture can be written");
        let (width, height) = (self.width as u32, (self.pixels.len() / self.width) as u32);
        let mut encoder = png::Encoder::new(io::BufWriter::new(file), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().expect("the picture can be written");
        writer.write_image_data(self.pixels.as_flattened()).expect("the picture can be written");
    }

    /// Half as large, as it is kept: there are still the mean colours.
    pub(crate) fn halved(&self) -> Self {
        let (columns, means) = self.tiles(2);
        let pixels = means.into_iter().map(|mean| mean.map(|colour| colour.round() as u8));
        Self { width: columns, pixels: pixels.collect() }
    }

    /// In how many tiles this looks other than that one; all of them if it has another size.
    pub(crate) fn tiles_that_differ(&self, other: &Self) -> usize {
        let ((_, mine), (_, others)) = (self.tiles(TILE), other.tiles(TILE));
        if (self.width, self.pixels.len()) != (other.width, other.pixels.len()) {
            return mine.len();
        }
        let differ = |(mine, other): &(&[f64; 3], &[f64; 3])| {
            mine.iter().zip(*other).any(|(mine, other)| (mine - other).abs() > TOLERANCE)
        };
        mine.iter().zip(&others).filter(differ).count()
    }

    /// How many pixels stand out from what was there before, as WCAG has it of the focus: by a
    /// contrast of 3 to 1.
    pub(crate) fn pixels_that_stand_out(&self, before: &Self) -> usize {
        let both = self.pixels.iter().zip(&before.pixels);
        both.filter(|(pixel, before)| pixel != before && contrast(**pixel, **before) >= 3.0).count()
    }

    /// How many tiles with sides of this length are in a row, and the mean colour of each.
    fn tiles(&self, side: usize) -> (usize, Vec<[f64; 3]>) {
        let columns = self.width.div_ceil(side);
        let rows = (self.pixels.len() / self.width).div_ceil(side);
        let mut sums = vec![([0.0; 3], 0.0); columns * rows];
        for (place, pixel) in self.pixels.iter().enumerate() {
            let (x, y) = (place % self.width, place / self.width);
            let (sum, count) = &mut sums[y / side * columns + x / side];
            *count += 1.0;
            sum.iter_mut().zip(pixel).for_each(|(sum, colour)| *sum += f64::from(*colour));
        }
        (columns, sums.into_iter().map(|(sum, count)| sum.map(|sum| sum / count)).collect())
    }
}

/// From 1 to 21, as WCAG defines it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(pixel: [u8; 3]) -> f64 {
    let [red, green, blue] = pixel.map(|colour| {
        let colour = f64::from(colour) / 255.0;
        if colour <= 0.04045 { colour / 12.92 } else { ((colour + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([119; 3], [255; 3]) - 4.48).abs() < 0.01);
}
