package app.pocketcard

import app.pocketcard.testing.Phone
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.nio.file.Path
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** What an app team can get wrong, and what a phone can lack: each is an exception that says what, and what to do. */
class BadInputTest {
    private fun refused(change: Config.() -> Config): PocketcardException.WrongConfig {
        var refused: PocketcardException.WrongConfig? = null
        phoneTest {
            Phone("http://127.0.0.1:9").use {
                refused = assertFailsWith { Pocketcard.open(it.config.change(), it.host) }
            }
        }
        return refused!!
    }

    @Test
    fun `a configuration that cannot work names its property and what would be right`() {
        val wrong =
            mapOf<String, Config.() -> Config>(
                "platformUrl" to { copy(platformUrl = "http://loyalty.example.com") },
                "dataFolder" to { copy(dataFolder = "pocketcard") },
                "locale" to { copy(locale = "german, please") },
                "timeZone" to { copy(timeZone = "Europe/Atlantis") },
                "pins" to { copy(pins = listOf("not base64")) },
                "linkScheme" to { copy(linkScheme = "https") },
                "outboxEvents" to { copy(outboxEvents = 1u) },
                "outboxBytes" to { copy(outboxBytes = 1u) },
                "storeZones" to { copy(storeZones = listOf(ZoneAt("Nowhere", Position(0.0, 0.0)))) },
            )
        for ((property, change) in wrong) {
            val refused = refused(change)
            assertEquals(property, refused.property)
            assertContains(refused.message!!, "Config.$property is wrong: ")
        }
    }

    @Test
    fun `a folder that cannot be made is said to be`(
        @TempDir folder: Path,
    ) {
        val file = folder.resolve("file").apply { writeText("in the way") }
        val refused = refused { copy(dataFolder = file.resolve("pocketcard").toString()) }
        assertEquals("dataFolder", refused.property)
        assertContains(refused.problem, "cannot be made")
    }

    @Test
    fun `a library that is not there`(
        @TempDir folder: Path,
    ) {
        val said = inAnotherJvm("open", "-Djna.library.path=$folder", "-Djna.platform.library.path=$folder")
        assertContains(said, "LibraryMissing")
        assertContains(said, "put libpocketcard.so into jniLibs/<abi>")
        assertEquals(2, said.lines().count { "LibraryMissing" in it }, "said the second time as well: $said")
    }

    @Test
    fun `a library of another version, which has other functions`(
        @TempDir folder: Path,
    ) {
        val said = inAnotherJvm("open", "-Djna.library.path=${library(folder, "int nothing(void) { return 0; }")}")
        assertContains(said, "LibraryMismatch")
        assertContains(said, "cargo bindgen")
    }

    @Test
    fun `a library of another version, whose functions have the same names`(
        @TempDir folder: Path,
    ) {
        val bindings = File(ROOT, "android/ffi/target/bindings/kotlin/app/pocketcard/pocketcard.kt").readText()
        val names = Regex("external fun (\\w+)").findAll(bindings).map { it.groupValues[1] }.distinct()
        for (version in listOf(30, 29)) {
            val source =
                names.joinToString("\n") {
                    "int $it(void) { return ${if (it.endsWith("_contract_version")) version else 0}; }"
                }
            val said = inAnotherJvm("open", "-Djna.library.path=${library(folder, source)}")
            assertContains(said, "LibraryMismatch")
            assertEquals(2, said.lines().count { "LibraryMismatch" in it }, "said the second time as well: $said")
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    fun `a full disk`() {
        // A process may not write a file beyond this many blocks: for the database that is a disk without room.
        val said = inAnotherJvm("track", "-Djna.library.path=${System.getProperty("jna.library.path")}", blocks = 600)
        assertContains(said, "Internal: It failed on this phone (storage: ")
        assertContains(said, "free storage")
        assertContains(said, "the card is still shown")
    }

    /** Runs [Misfortune] in a JVM of its own, as a library is loaded once in each; gives what it says. */
    private fun inAnotherJvm(what: String, vararg options: String, blocks: Int? = null): String {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val command =
            listOf(
                java,
                "-XX:-UsePerfData",
                "-Xshare:auto",
                *options,
                "-cp",
                testClasses(),
                Misfortune::class.java.name,
                what,
            )
        val limited =
            if (blocks == null) command else listOf("bash", "-c", "ulimit -f $blocks; exec \"$@\"", "bash") + command
        // Cargo, where it runs this, has the system look into its own folders for libraries.
        val builder = ProcessBuilder(limited).redirectErrorStream(true)
        builder.environment().remove("LD_LIBRARY_PATH")
        val process = builder.start()
        val said = process.inputStream.bufferedReader().readText()
        assertEquals(0, process.waitFor(), said)
        return said
    }

    /** A native library that is not ours; every machine that builds ours has a C compiler. */
    private fun library(folder: Path, source: String): Path {
        val file = folder.resolve("other.c").apply { writeText(source) }
        val out = folder.resolve(System.mapLibraryName("pocketcard"))
        val compiler = ProcessBuilder("cc", "-shared", "-fPIC", "-o", "$out", "$file").redirectErrorStream(true).start()
        val said = compiler.inputStream.bufferedReader().readText()
        assertEquals(0, compiler.waitFor(), said + file.readText().take(200))
        return folder
    }

    private companion object {
        val ROOT = System.getProperty("pocketcard.root")!!
    }
}

/** What [BadInputTest] has done in a process of its own. Prints what went wrong. */
internal object Misfortune {
    @JvmStatic
    fun main(arguments: Array<String>): Unit = phoneTest {
        Phone("http://127.0.0.1:9").use { phone ->
            when (arguments.single()) {
                "open" -> {
                    repeat(2) { said { phone.open().close() } }
                }

                "track" -> {
                    phone.open().use { app ->
                        said {
                            repeat(
                                20_000,
                            ) { app.track(Activity.SearchStores("x".repeat(100), List(20) { "filter" })) }
                        }
                        app.currentCard()
                        println("the card is still shown")
                    }
                }
            }
        }
    }

    private suspend fun said(act: suspend () -> Unit) {
        try {
            act()
            println("nothing went wrong")
        } catch (error: PocketcardException) {
            println("${error.javaClass.simpleName}: ${error.message}")
        }
    }
}
