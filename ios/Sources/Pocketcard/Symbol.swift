extension Symbol {
    /// Whether the module of this column and row is dark, both counted from 0 at the top left, inside the quiet zone.
    public func isDark(column: Int, row: Int) -> Bool {
        let bytesPerRow = (Int(width) + 7) / 8
        return bits[bits.startIndex + row * bytesPerRow + column / 8] & (0x80 >> (column % 8)) != 0
    }
}
