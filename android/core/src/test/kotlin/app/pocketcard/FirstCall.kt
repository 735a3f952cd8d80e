package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.Sandbox.Companion.ANNA
import app.pocketcard.testing.signIn
import com.sun.jna.Native
import java.io.File
import java.nio.file.Files
import java.util.Locale
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.TimeSource

/**
 * What the first call of the library costs in a fresh JVM, part by part. Prints, and judges nothing: a phone's JVM is another.
 *
 * `mvn test-compile exec:exec@first-call -pl ffi,core`, in `android`; `-Drust.profile=release` for the library that phones get.
 */
object FirstCall {
    private val PARTS =
        listOf("JNA itself", "our library, loaded and checked", "open, every view pulled", "the card, pulled once more")

    @JvmStatic
    fun main(arguments: Array<String>) {
        if (arguments.isNotEmpty()) return once(arguments.first(), arguments.last())
        Sandbox(stores = 3).use { sandbox ->
            // A phone on which a member is signed in, whose app starts anew each time.
            val home = Files.createTempDirectory("pocketcard-first-call").toFile()
            phoneTest { FilePhone(sandbox.url, home).open().use { it.signIn(sandbox, ANNA) } }
            val runs = List(RUNS) { inFreshJvm(sandbox.url, home) }
            println("first call in a fresh JVM, median of $RUNS, library: ${System.getProperty("jna.library.path")}")
            for ((part, name) in PARTS.withIndex()) println(line(name, runs.map { it[part] }))
            println(line("together", runs.map { it.sum() }))
            home.deleteRecursively()
        }
    }

    private fun line(name: String, millis: List<Double>) =
        String.format(Locale.ROOT, "  %-34s %8.1f ms", name, millis.sorted()[millis.size / 2])

    private fun inFreshJvm(url: String, home: File): List<Double> {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val classes = System.getProperty("java.class.path")
        val process = ProcessBuilder(java, library, "-cp", classes, FirstCall::class.java.name, url, home.path)
        val said = process
            .redirectError(
                ProcessBuilder.Redirect.INHERIT,
            ).start()
            .inputStream
            .bufferedReader()
            .readText()
        return said.trim().split(' ').map(String::toDouble)
    }

    /** In the fresh JVM: takes the time of each part and prints them in one line. */
    private fun once(url: String, home: String) = phoneTest {
        val start = TimeSource.Monotonic.markNow()
        var before = Duration.ZERO
        val parts = ArrayList<Duration>()

        fun done() {
            val now = start.elapsedNow()
            parts += now - before
            before = now
        }
        Native.POINTER_SIZE
        done()
        NativeLibrary.load()
        done()
        val app = FilePhone(url, File(home)).open()
        check(app.card.value is CardView.Ready)
        done()
        check(app.currentCard() is CardView.Ready)
        done()
        println(parts.joinToString(" ") { String.format(Locale.ROOT, "%.3f", it.toDouble(DurationUnit.MILLISECONDS)) })
        app.close()
    }

    private const val RUNS = 9
}

/** A phone whose secrets outlive a process, too. */
private class FilePhone(private val url: String, private val home: File) : SecretStore {
    suspend fun open(): Pocketcard = Pocketcard.open(Phone.config(url, home.resolve("data").path), Host(this))

    private fun file(key: String) = home.resolve("secret-$key")

    override fun get(key: String): ByteArray? = file(key).takeIf(File::exists)?.readBytes()

    override fun put(key: String, value: ByteArray) = file(key).writeBytes(value)

    override fun remove(key: String) {
        file(key).delete()
    }
}
