package app.pocketcard.app

import com.google.zxing.BarcodeFormat
import com.google.zxing.MultiFormatWriter
import kotlin.random.Random

/** A camera's frame of 1280 by 720 with a card in its middle, on which [text] is printed; [stride] bytes a row. */
internal fun frame(text: String, format: BarcodeFormat, stride: Int = 1280): Luminance {
    val isSquare = format in setOf(BarcodeFormat.QR_CODE, BarcodeFormat.AZTEC, BarcodeFormat.DATA_MATRIX)
    val symbol = MultiFormatWriter().encode(text, format, if (isSquare) 400 else 900, if (isSquare) 400 else 240)
    return frame(stride) { x, y ->
        val (at, down) = x - (1280 - symbol.width) / 2 to y - (720 - symbol.height) / 2
        val isPrinted = at in 0 until symbol.width && down in 0 until symbol.height && symbol[at, down]
        if (isPrinted) 50 else 200
    }
}

/** A frame as bright as [light] says, with a camera's noise. What lies between the rows is none of the picture. */
internal fun frame(stride: Int = 1280, light: (x: Int, y: Int) -> Int): Luminance {
    val noise = Random(1)
    val bytes = ByteArray(stride * 720) { noise.nextInt().toByte() }
    for (y in 0 until 720) {
        for (x in 0 until 1280) bytes[y * stride + x] = (light(x, y) + noise.nextInt(-12, 12)).toByte()
    }
    return Luminance(bytes, 1280, 720, stride)
}
