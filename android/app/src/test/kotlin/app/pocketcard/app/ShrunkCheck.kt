package app.pocketcard.app

import app.pocketcard.testing.Sandbox
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.Test
import java.io.File
import java.nio.file.Files
import java.util.jar.JarFile
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull

/** What R8 leaves of our classes and JNA's speaks to the native library. Run by `-Prelease`, which shrinks them. */
class ShrunkCheck {
    private fun property(name: String) = System.getProperty(name) ?: error("$name is not set: run mvn -Prelease verify")

    @Test
    fun `shrunk and renamed classes sign in, take a push, and show a code that a till takes`() {
        Sandbox(stores = 3).use { sandbox ->
            sandbox.member(PHONE, points = 120)
            val folder = Files.createTempDirectory("pocketcard-shrunk").toFile()
            val output = File(folder, "output")
            val program =
                ProcessBuilder(
                    File(System.getProperty("java.home"), "bin/java").path,
                    "-Djna.library.path=${property("jna.library.path")}",
                    "-cp",
                    property("shrunk"),
                    "app.pocketcard.app.Shrunk",
                    sandbox.url,
                    File(folder, "data").path,
                    PHONE,
                ).redirectErrorStream(true).redirectOutput(output).start()
            assertEquals(0, program.waitFor(), output.readText())

            fun said(what: String) = output.readLines().single { it.startsWith(what) }.removePrefix(what)
            val member = sandbox.scan(said("code: ")).getValue("member").jsonObject
            val spendable = member.getValue("spendable").jsonPrimitive.content.toBigDecimal()
            assertEquals(0, spendable.compareTo(said("points: ").toBigDecimal()), "the till knows the same member")
            folder.deleteRecursively()
        }
        JarFile(property("shrunk")).use { jar ->
            assertNull(jar.getEntry("app/pocketcard/Pocketcard.class"), "nothing was renamed")
            assertNotNull(jar.getEntry("com/sun/jna/Structure.class"), "the library finds it by its name")
        }
    }

    private companion object {
        const val PHONE = "+491713920088"
    }
}
