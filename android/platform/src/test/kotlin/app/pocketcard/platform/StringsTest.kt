package app.pocketcard.platform

import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.Test
import kotlin.test.assertEquals

/** Each language has each text, with the same places to fill in. */
class StringsTest {
    private fun texts(folder: String): Map<String, List<String>> {
        val file = File("src/main/res/$folder/strings.xml")
        val strings = DocumentBuilderFactory
            .newInstance()
            .newDocumentBuilder()
            .parse(
                file,
            ).getElementsByTagName("string")
        return (0 until strings.length).map { strings.item(it) as Element }.associate { string ->
            string.getAttribute("name") to
                Regex("%(\\d+\\$)?[sd]").findAll(string.textContent).map { it.value }.toList()
        }
    }

    @Test
    fun `English and German say the same`() {
        val folders = File("src/main/res").listFiles().orEmpty().filter { File(it, "strings.xml").exists() }
        val languages = folders.map(File::getName) - "values"
        assertEquals(listOf("values-de"), languages)
        assertEquals(texts("values"), texts("values-de"))
    }
}
