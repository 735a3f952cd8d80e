package app.pocketcard.app

import android.content.Context
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.ContentScale
import coil3.ImageLoader
import coil3.annotation.ExperimentalCoilApi
import coil3.compose.AsyncImage
import coil3.disk.DiskCache
import coil3.memory.MemoryCache
import coil3.network.NetworkClient
import coil3.network.NetworkFetcher
import coil3.network.NetworkRequest
import coil3.network.NetworkResponse
import coil3.network.NetworkResponseBody
import coil3.serviceLoaderEnabled
import kotlinx.coroutines.Dispatchers
import okio.Buffer
import okio.ForwardingSource
import okio.Path.Companion.toOkioPath
import okio.Source
import okio.buffer
import okio.source
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import java.util.concurrent.TimeUnit

/**
 * The pictures that the platform names by URL: fetched without anything of the member, kept in a bounded part of memory
 * and disk, there without a signal, and gone with the member.
 *
 * A picture that changes has another URL: what is kept is not asked for again.
 */
internal class Pictures(private val context: Context) {
    private val folder = context.cacheDir.resolve("pictures")

    /** Loads them. */
    var loader: ImageLoader by mutableStateOf(loader())
        private set

    /** Of the member, what they were shown is left nowhere: not in the cache's journal, either. */
    fun forget() {
        loader.shutdown()
        loader.diskCache?.shutdown()
        folder.deleteRecursively()
        loader = loader()
    }

    @OptIn(ExperimentalCoilApi::class) // To bring what speaks HTTP.
    private fun loader() = ImageLoader
        .Builder(context)
        .serviceLoaderEnabled(false)
        .components { add(NetworkFetcher.Factory({ Https })) }
        .memoryCache { MemoryCache.Builder().maxSizePercent(context, MEMORY).build() }
        .diskCache { DiskCache.Builder().directory(folder.toOkioPath()).maxSizeBytes(DISK).build() }
        .fetcherCoroutineContext(Dispatchers.IO.limitedParallelism(AT_ONCE))
        .build()

    private companion object {
        /** Of what the system gives the app. */
        const val MEMORY = 0.15
        const val DISK = 32L shl 20
        const val AT_ONCE = 6
    }
}

/**
 * The picture at [url], which fills its place; nothing where that is not of `https`, and until it is there. Says nothing
 * to a screen reader: whatever it shows, the texts beside it say.
 */
@Composable
internal fun WebPicture(pictures: Pictures, url: String, modifier: Modifier = Modifier) {
    // Of other schemes, some lead to files of this phone.
    if (!url.startsWith("https://")) return
    AsyncImage(url, contentDescription = null, pictures.loader, modifier, contentScale = ContentScale.Crop)
}

/** Android's own connections: without cookies, and redirected to nothing but `https`. */
private object Https : NetworkClient {
    override suspend fun <T> executeRequest(
        request: NetworkRequest,
        block: suspend (response: NetworkResponse) -> T,
    ): T {
        val connection = URL(request.url).openConnection() as HttpURLConnection
        connection.connectTimeout = PATIENCE
        connection.readTimeout = PATIENCE
        connection.setRequestProperty("Accept", "image/*")
        try {
            val code = connection.responseCode
            if (code != HttpURLConnection.HTTP_OK) throw IOException("no picture: $code")
            val bytes = AtMost(connection.inputStream.source())
            bytes.timeout().deadline(WHOLE, TimeUnit.SECONDS)
            return block(NetworkResponse(code, body = NetworkResponseBody(bytes.buffer())))
        } finally {
            connection.disconnect()
        }
    }

    private const val PATIENCE = 10_000
    private const val WHOLE = 60L
}

/** Fails where more comes than a picture is long: what sends it is not ours. */
private class AtMost(source: Source) : ForwardingSource(source) {
    private var left = 8L shl 20

    override fun read(sink: Buffer, byteCount: Long): Long {
        val read = super.read(sink, byteCount)
        left -= read.coerceAtLeast(0)
        if (left < 0) throw IOException("too long for a picture")
        return read
    }
}
