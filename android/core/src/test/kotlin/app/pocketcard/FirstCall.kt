package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.Sandbox.Companion.ANNA
import app.pocketcard.testing.signIn
import com.sun.jna.Native
import java.io.File
import java.nio.file.Files
import java.util.Locale
import kotlin.test.Test
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.TimeSource

/**
 * What the first call of the library costs in a fresh JVM, part by part. Prints, and judges nothing: a phone's JVM is another.
 * By its name no part of a test run: `mvn -q test -Dtest=FirstCall`, in `android`, after
 * `cargo rustc --release --package pocketcard --lib --crate-type cdylib` with `-Drust.profile=release`.
 */
class FirstCall {
    @Test
    fun `first call in a fresh JVM`() {
        Sandbox(stores = 3).use { sandbox ->
            // A phone on which a member is signed in, whose app starts anew each time.
            val home = Files.createTempDirectory("pocketcard-first-call").toFile()
            phoneTest { FilePhone(sandbox.url, home).open().use { it.signIn(sandbox, ANNA) } }
            val runs = List(RUNS) { inFreshJvm(sandbox.url, home) }
            println("first call in a fresh JVM, median of $RUNS, library in ${System.getProperty("jna.library.path")}")
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
        val command = listOf(java, library, "-cp", testClasses(), FirstCallInJvm::class.java.name, url, home.path)
        val process = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        return process.inputStream.bufferedReader().readText().trim().split(' ').map(String::toDouble)
    }

    private companion object {
        const val RUNS = 9
        val PARTS =
            listOf(
                "JNA itself",
                "our library, loaded and checked",
                "our open",
                "the first card, with its symbol",
                "every screen's state",
            )
    }
}

/** What [FirstCall] has done in a JVM of its own: takes the time of each part and prints them in one line. */
internal object FirstCallInJvm {
    @JvmStatic
    fun main(arguments: Array<String>): Unit = phoneTest {
        val (url, home) = arguments
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
        val phone = FilePhone(url, File(home))
        val loyalty = Loyalty.open(phone.config, phone.host)
        done()
        check(loyalty.card() is CardView.Ready)
        done()
        val app = Pocketcard.of(Core(loyalty, phone.host, loyalty::close))
        done()
        println(parts.joinToString(" ") { String.format(Locale.ROOT, "%.3f", it.toDouble(DurationUnit.MILLISECONDS)) })
        app.close()
    }
}

/** A phone whose secrets outlive a process, too. */
private class FilePhone(private val url: String, private val home: File) : SecretStore {
    val config: Config get() = Phone.config(url, home.resolve("data").path)
    val host: Host get() = Host(this)

    suspend fun open(): Pocketcard = Pocketcard.open(config, host)

    private fun file(key: String) = home.resolve("secret-$key")

    override fun get(key: String): ByteArray? = file(key).takeIf(File::exists)?.readBytes()

    override fun put(key: String, value: ByteArray) = file(key).writeBytes(value)

    override fun remove(key: String) {
        file(key).delete()
    }
}
