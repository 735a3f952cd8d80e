//! Where the stores are: the nearest of a whole chain in microseconds, filtered while they are looked for.
//!
//! Pure. A balanced kd-tree over points of the unit sphere, so that neither the dateline nor a pole is anything special.
//! Each node knows the box around its points and which attributes occur in it: what is too far or lacks a wanted one is
//! not entered. The tree is one blob, searched as it lies there: reading it back builds nothing and copies nothing.
//!
//! | Part of the blob | Bytes | What |
//! | --- | --- | --- |
//! | head | 24 | [`MAGIC`] with the layout's version, a checksum of what follows, how many points |
//! | nodes | 64 each | the boxes of both halves, each with the attributes that occur in it; a node comes before its halves |
//! | leaves | 256 each | 16 points: x, y, z, numbers, in columns; all leaves but the last are full |
//! | attributes | 2 a leaf and attribute | which of the leaf's points have it, those of one attribute beside one another |
//!
//! All little-endian; 28 bytes a store.
//!
//! Our own, since the kept crates filter what they have found. The nearest 20, stores crowded as in cities, half of the
//! queries in a city and half anywhere; microseconds on 2026-11-28, one core of a Xeon, all in one run of the bench `ratios`:
//!
//! | Stores | kiddo 6.3, no filter | this, no filter | this, filter that 9 % pass |
//! | --- | --- | --- | --- |
//! | 1 000 | 1.4 | 1.1 | 1.8 |
//! | 10 000 | 1.7 | 1.3 | 2.5 |
//! | 100 000 | 3.9 | 2.4 | 3.5 |
//! | 1 000 000 | 21 | 5.5 | 8.5 |
//!
//! With that filter, `kiddo` has to be asked for more and more of 10 000 until 20 pass, which took it from 40 to 120. To read
//! the file of 10 000 and check it takes half as long again as to read it.

use super::position::{EARTH, Position};

/// What a blob begins with; the last byte is the layout's version.
const MAGIC: [u8; 8] = *b"PCstore\x01";
const HEAD: usize = 24;
/// Points in a leaf.
const BUCKET: usize = 16;
/// Attributes that have a bit.
const BITS: usize = 64;
/// No chain has more stores, and no blob is believed that says so.
const MOST: usize = 1 << 26;
/// Room is made at once for the pages of a screen.
const ROOM: usize = 512;
/// Rounded to 32 bits, a point is off by less than this part of the earth's radius: a metre, with room for the query's
/// own point.
const OFF: f64 = 1.6e-7;

/// A number as the blob has it.
type Word = [u8; 4];
/// The boxes of both halves: the least x, y, z, half of the attributes, the most x, y, z, the other half.
type Node = [Side; 2];
type Side = [Word; 8];
/// Points that are close to one another: x, y, z, numbers.
type Leaf = [[Word; BUCKET]; 4];

/// The places of many stores, each with a number and up to 64 attributes.
#[derive(Clone, PartialEq, Eq)]
pub struct Index {
    blob: Vec<u8>,
    count: u32,
}

/// What is looked for around a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The place.
    pub from: Position,
    /// The greatest distance in metres, to a metre; infinite for any. None is within one that is below 0 or no number.
    pub within: f64,
    /// The attributes that a store must have, all of them.
    pub wanted: u64,
    /// How many to leave out, nearest first: those of the pages before.
    pub skip: usize,
    /// How many to find at most.
    pub most: usize,
}

/// A part of the map between two parallels and two meridians, its edges included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapBox {
    /// In degrees, as are the others.
    pub south: f64,
    /// Greater than `east` where the box crosses the dateline.
    pub west: f64,
    /// Not less than `south`.
    pub north: f64,
    /// Equal to `west` in a box without width, not in one around the earth: that is from -180 to 180.
    pub east: f64,
}

/// A store that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its number.
    pub number: u32,
    /// How far it is along the surface, in metres.
    ///
    /// As [`Position::meters_to`] to a metre within 1 000 km, to three within 10 000; at the antipode, where a little of the
    /// straight line is a lot along the surface, to ten kilometres.
    pub meters: f64,
}

/// The blob is no index, one of another layout, or damaged. Build it anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an index of stores, or a damaged one")]
pub struct DamagedIndex;

impl Index {
    /// The index of stores, each by its number, its place and its attributes, one bit each.
    pub fn build(stores: impl IntoIterator<Item = (u32, Position, u64)>) -> Self {
        let stores = stores.into_iter().take(MOST);
        let mut points: Vec<_> =
            stores.map(|(number, place, mask)| Point { at: on_sphere(place), number, mask }).collect();
        let mut blob = Vec::with_capacity(length(points.len()));
        blob.extend([0; HEAD]);
        plant(&mut points, &mut blob);
        for leaf in points.chunks(BUCKET) {
            for axis in 0..3 {
                // What is missing in the last leaf is nowhere.
                put(&mut blob, leaf.iter().map(|point| point.along(axis).to_le_bytes()), f32::NAN.to_le_bytes());
            }
            put(&mut blob, leaf.iter().map(|point| point.number.to_le_bytes()), [0; 4]);
        }
        for bit in 0..BITS {
            for leaf in points.chunks(BUCKET) {
                let having =
                    leaf.iter().rev().fold(0_u16, |all, point| all << 1 | u16::from(point.mask >> bit & 1 == 1));
                blob.extend(having.to_le_bytes());
            }
        }
        let count = u32::try_from(points.len()).unwrap_or_default();
        let sum = checksum(count, blob.get(HEAD..).unwrap_or_default());
        let head = [MAGIC, sum.to_le_bytes(), u64::from(count).to_le_bytes()].concat();
        if let Some(place) = blob.get_mut(..HEAD) {
            place.copy_from_slice(&head);
        }
        Self { blob, count }
    }

    /// The index of a blob.
    ///
    /// # Errors
    /// [`DamagedIndex`] when it is not what [`Self::as_bytes`] gave in this version.
    pub fn from_bytes(blob: Vec<u8>) -> Result<Self, DamagedIndex> {
        let (head, rest) = blob.split_at_checked(HEAD).ok_or(DamagedIndex)?;
        let (magic, head) = head.split_at_checked(8).ok_or(DamagedIndex)?;
        let &[sum, count] = head.as_chunks::<8>().0 else { return Err(DamagedIndex) };
        let count = u32::try_from(u64::from_le_bytes(count)).map_err(|_| DamagedIndex)?;
        let sound = magic == MAGIC
            && count as usize <= MOST
            && blob.len() == length(count as usize)
            && checksum(count, rest) == u64::from_le_bytes(sum);
        // Whatever else the numbers say, a search goes no further than the lengths do, and what is no number is nowhere.
        if sound { Ok(Self { blob, count }) } else { Err(DamagedIndex) }
    }

    /// The blob, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.blob
    }

    /// How many stores are in it.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The stores around a place, nearest first. `passes` is asked by its number for each store that is near enough and has
    /// the wanted attributes, and possibly for some that turn out not to be among the nearest.
    ///
    /// Of those equally far the lower number comes first. So pages follow one another, as long as `passes` says the same.
    pub fn nearest(&self, near: &Near, passes: impl Fn(u32) -> bool) -> Vec<Found> {
        self.find(near, |_, number| passes(number))
    }

    /// The stores in a box, those nearest to its middle first; `skip`, `most`, `wanted` and `passes` as in [`Self::nearest`].
    /// None are in what is no box.
    pub fn within(
        &self,
        map: &MapBox,
        wanted: u64,
        skip: usize,
        most: usize,
        passes: impl Fn(u32) -> bool,
    ) -> Vec<Found> {
        let Some((from, within)) = map.around() else { return Vec::new() };
        let edges = Edges::of(map);
        self.find(&Near { from, within, wanted, skip, most }, |at, number| edges.hold(at) && passes(number))
    }

    fn find(&self, near: &Near, passes: impl Fn([f32; 3], u32) -> bool) -> Vec<Found> {
        let most = near.skip.saturating_add(near.most).min(self.len());
        if most <= near.skip || near.within < 0.0 || near.within.is_nan() {
            return Vec::new();
        }
        let rest = self.blob.get(HEAD..).unwrap_or_default();
        let leaves = self.len().div_ceil(BUCKET);
        let (nodes, rest) = rest.split_at_checked(leaves.saturating_sub(1) * size_of::<Node>()).unwrap_or_default();
        let (points, having) = rest.split_at_checked(leaves * size_of::<Leaf>()).unwrap_or_default();
        let mut search = Search {
            nodes: nodes.as_chunks().0.as_chunks().0.as_chunks().0,
            leaves: points.as_chunks().0.as_chunks().0.as_chunks().0,
            having: having.as_chunks().0,
            from: on_sphere(near.from),
            wanted: near.wanted,
            passes,
            most,
            bound: square_chord(near.within),
            found: Vec::with_capacity((2 * most).min(ROOM)),
        };
        search.enter(0, 0, leaves);
        let mut found = search.found;
        found.sort_unstable();
        found.truncate(most);
        found.into_iter().skip(near.skip).map(Found::of).collect()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({} stores)", self.count)
    }
}

/// How long the blob of so many points is.
fn length(points: usize) -> usize {
    let leaves = points.div_ceil(BUCKET);
    HEAD + leaves.saturating_sub(1) * size_of::<Node>() + leaves * (size_of::<Leaf>() + 2 * BITS)
}

/// A sum that any change of one word changes, and any exchange but those within a block. A block is merely added up, which
/// compilers do in vectors: to read the index from disk should cost little more than reading.
fn checksum(count: u32, bytes: &[u8]) -> u64 {
    let (words, odd) = bytes.as_chunks::<8>();
    let (blocks, last) = words.as_chunks::<128>();
    let blocks =
        blocks.iter().map(|block| block.iter().fold(0_u64, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word))));
    let last = last.iter().map(|word| u64::from_le_bytes(*word)).chain(odd.iter().map(|byte| u64::from(*byte)));
    // FNV's offset and prime (RFC 9923), over words rather than bytes. Each step can be undone, so none loses a change.
    [u64::from(count)]
        .into_iter()
        .chain(blocks)
        .chain(last)
        .fold(0xcbf2_9ce4_8422_2325, |sum: u64, word| (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29))
}

/// A point before it has its place in the tree.
struct Point {
    at: [f32; 3],
    number: u32,
    mask: u64,
}

impl Point {
    fn along(&self, axis: usize) -> f32 {
        self.at.get(axis).copied().unwrap_or_default()
    }
}

/// Puts points in the order of their leaves, and what divides them into the blob.
fn plant(points: &mut [Point], blob: &mut Vec<u8>) {
    let leaves = points.len().div_ceil(BUCKET);
    if leaves <= 1 {
        return;
    }
    let (least, most) = around(points);
    let extent = |axis: &usize| most.get(*axis).zip(least.get(*axis)).map_or(0.0, |(most, least)| most - least);
    let axis = (0..3).max_by(|a, b| extent(a).total_cmp(&extent(b))).unwrap_or_default();
    let (middle, _) = halves(leaves);
    let middle = middle * BUCKET;
    points.select_nth_unstable_by(middle, |a, b| a.along(axis).total_cmp(&b.along(axis)).then(a.number.cmp(&b.number)));
    let (left, right) = points.split_at_mut(middle);
    for half in [&*left, &*right] {
        let (least, most) = around(half);
        let mask = half.iter().fold(0, |any, point| any | point.mask);
        for (place, half) in [least, most].iter().zip(mask.to_le_bytes().as_chunks::<4>().0) {
            blob.extend(place.iter().flat_map(|part| part.to_le_bytes()));
            blob.extend(half);
        }
    }
    plant(left, blob);
    plant(right, blob);
}

/// The box around points.
fn around(points: &[Point]) -> ([f32; 3], [f32; 3]) {
    points.iter().fold(([f32::MAX; 3], [f32::MIN; 3]), |(mut least, mut most), point| {
        for ((least, most), at) in least.iter_mut().zip(&mut most).zip(point.at) {
            *least = least.min(at);
            *most = most.max(at);
        }
        (least, most)
    })
}

/// How many of so many leaves, two or more, are in either half.
fn halves(leaves: usize) -> (usize, usize) {
    (leaves / 2, leaves - leaves / 2)
}

/// Writes a leaf's column.
fn put(blob: &mut Vec<u8>, words: impl Iterator<Item = Word>, missing: Word) {
    blob.extend(words.chain(std::iter::repeat(missing)).take(BUCKET).flatten());
}

#[expect(clippy::cast_possible_truncation, reason = "32 bits hold it to less than half a metre")]
fn on_sphere(place: Position) -> [f32; 3] {
    let (latitude, longitude) = (place.latitude.to_radians(), place.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()].map(|part| part as f32)
}

/// The square of the straight line through the earth, in radii, to what is `meters` away along the surface; never less than
/// the tree's own points make of it.
#[expect(clippy::cast_possible_truncation, reason = "rounded up by more than that loses")]
fn square_chord(meters: f64) -> f32 {
    let half = (meters / EARTH / 2.0).min(std::f64::consts::FRAC_PI_2);
    let chord = 2.0 * half.sin() + OFF;
    (chord * chord * 1.000_001) as f32
}

/// A square distance and a number in one, in the order of a list.
fn key(square: f32, number: u32) -> u64 {
    // No square is below 0, and those that are not sort as their bits do.
    u64::from(square.to_bits()) << 32 | u64::from(number)
}

impl Found {
    #[expect(clippy::cast_possible_truncation, reason = "a key has two halves")]
    fn of(key: u64) -> Self {
        let square = f64::from(f32::from_bits((key >> 32) as u32)) / 4.0;
        let half = square.sqrt();
        // The arc sine's series where it is exact to a millimetre, up to some 1 200 kilometres; it takes a third of the time.
        let angle = if square < 0.01 {
            half * (1.0
                + square * (1.0 / 6.0 + square * (3.0 / 40.0 + square * (15.0 / 336.0 + square * (105.0 / 3456.0)))))
        } else {
            half.min(1.0).asin()
        };
        Self { number: key as u32, meters: 2.0 * EARTH * angle }
    }
}

/// A search that goes on.
struct Search<'a, P> {
    nodes: &'a [Node],
    leaves: &'a [Leaf],
    having: &'a [[u8; 2]],
    from: [f32; 3],
    wanted: u64,
    passes: P,
    most: usize,
    /// The square of the distance beyond which nothing is of interest.
    bound: f32,
    /// By [`key`].
    found: Vec<u64>,
}

impl<P: Fn([f32; 3], u32) -> bool> Search<'_, P> {
    /// Looks into the `leaves` leaves from `first` on, which `node` divides.
    fn enter(&mut self, node: usize, first: usize, leaves: usize) {
        if leaves <= 1 {
            return self.scan(first);
        }
        let Some([left, right]) = self.nodes.get(node) else { return };
        let halves = halves(leaves);
        let near = (self.gap(left), node + 1, first, halves.0);
        let far = (self.gap(right), node + halves.0, first + halves.0, halves.1);
        let (near, far) = if far.0 < near.0 { (far, near) } else { (near, far) };
        for (gap, node, first, leaves) in [near, far] {
            // What is equally far may have a lower number.
            if gap <= self.bound {
                self.enter(node, first, leaves);
            }
        }
    }

    /// The square of the distance to a half, never more than that to a point in it: each step rounds the same way. Infinite
    /// where a wanted attribute does not occur.
    #[inline]
    fn gap(&self, side: &Side) -> f32 {
        let [ax, ay, az, low, bx, by, bz, high] = *side;
        let mask = u64::from(u32::from_le_bytes(low)) | u64::from(u32::from_le_bytes(high)) << 32;
        if mask & self.wanted != self.wanted {
            return f32::INFINITY;
        }
        let [x, y, z] = self.from;
        // Not `f32::max`, which has to mind NaN.
        let greater = |a: f32, b: f32| if a > b { a } else { b };
        let off = |least: Word, at: f32, most: Word| {
            greater(greater(f32::from_le_bytes(least) - at, at - f32::from_le_bytes(most)), 0.0)
        };
        let (x, y, z) = (off(ax, x, bx), off(ay, y, by), off(az, z, bz));
        x * x + y * y + z * z
    }

    #[expect(clippy::indexing_slicing, reason = "`place` is below the length of each array")]
    fn scan(&mut self, leaf: usize) {
        let mut left = u16::MAX;
        let mut wanted = self.wanted;
        while wanted != 0 {
            let place = wanted.trailing_zeros() as usize * self.leaves.len() + leaf;
            left &= self.having.get(place).map_or(0, |having| u16::from_le_bytes(*having));
            wanted &= wanted - 1;
        }
        if left == 0 {
            return;
        }
        let Some([xs, ys, zs, numbers]) = self.leaves.get(leaf) else { return };
        let [x, y, z] = self.from;
        let square = |a: Word, b: Word, c: Word| {
            let (x, y, z) = (f32::from_le_bytes(a) - x, f32::from_le_bytes(b) - y, f32::from_le_bytes(c) - z);
            x * x + y * y + z * z
        };
        let mut squares = [0.0; BUCKET];
        for (((place, a), b), c) in squares.iter_mut().zip(xs).zip(ys).zip(zs) {
            *place = square(*a, *b, *c);
        }
        let mut near = 0_u16;
        for (place, square) in squares.iter().enumerate() {
            near |= u16::from(*square <= self.bound) << place;
        }
        left &= near;
        while left != 0 {
            let place = left.trailing_zeros() as usize % BUCKET;
            left &= left - 1;
            let number = u32::from_le_bytes(numbers[place]);
            if squares[place] <= self.bound
                && (self.passes)([xs[place], ys[place], zs[place]].map(f32::from_le_bytes), number)
            {
                self.keep(key(squares[place], number));
            }
        }
    }

    /// Keeps what was found. Now and then lets go of what is no more among the nearest, from when on nothing that is further
    /// is of interest: for the few tens of a screen that is quicker than to keep them in order.
    fn keep(&mut self, key: u64) {
        self.found.push(key);
        if self.found.len() >= 2 * self.most {
            let (_, last, _) = self.found.select_nth_unstable(self.most - 1);
            self.bound = f32::from_bits((*last >> 32) as u32);
            self.found.truncate(self.most);
        }
    }
}

impl MapBox {
    /// The middle, and how far the furthest corner is from it, in metres. None where this is no box.
    fn around(&self) -> Option<(Position, f64)> {
        let (low, high) = (Position::new(self.south, self.west)?, Position::new(self.north, self.east)?);
        if self.south > self.north {
            return None;
        }
        let width = self.width();
        let east = self.west + width / 2.0;
        let longitude = if east > 180.0 { east - 360.0 } else { east };
        let middle = Position { latitude: f64::midpoint(self.south, self.north), longitude };
        // Of a wide box, the furthest may be on an edge.
        let furthest = if width > 180.0 { f64::INFINITY } else { middle.meters_to(low).max(middle.meters_to(high)) };
        // The middle is rounded, too.
        Some((middle, furthest + 1.0))
    }

    fn width(&self) -> f64 {
        if self.west <= self.east { self.east - self.west } else { self.east - self.west + 360.0 }
    }
}

/// The edges of a box as planes: a point is within while it is less than [`OFF`] on their other side.
struct Edges {
    /// Sine and cosine.
    south: (f64, f64),
    north: (f64, f64),
    west: (f64, f64),
    east: (f64, f64),
    middle: (f64, f64),
    wide: bool,
}

impl Edges {
    fn of(map: &MapBox) -> Self {
        let edge = |degrees: f64| degrees.to_radians().sin_cos();
        Self {
            south: edge(map.south),
            north: edge(map.north),
            west: edge(map.west),
            east: edge(map.east),
            middle: edge(map.west + map.width() / 2.0),
            wide: map.width() > 180.0,
        }
    }

    fn hold(&self, at: [f32; 3]) -> bool {
        let [x, y, z] = at.map(f64::from);
        let ring = x.hypot(y);
        // How far the point is north of a parallel and east of a meridian, in radii of the earth.
        let north_of = |(sine, cosine): (f64, f64)| z * cosine - ring * sine;
        let east_of = |(sine, cosine): (f64, f64)| y * cosine - x * sine;
        let (east, west) = (east_of(self.west) >= -OFF, east_of(self.east) <= OFF);
        let ahead = x * self.middle.1 + y * self.middle.0 >= -OFF;
        north_of(self.south) >= -OFF
            && north_of(self.north) <= OFF
            && if self.wide { east || west } else { east && west && ahead }
    }
}

#[cfg(test)]
mod tests;
