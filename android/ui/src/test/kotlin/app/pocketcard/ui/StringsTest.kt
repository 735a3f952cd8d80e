package app.pocketcard.ui

import org.junit.Test
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Each language has each text, with the same places to fill in and the plurals that it needs. */
class StringsTest {
    private fun elements(folder: String): List<Element> {
        val file = File("src/main/res/$folder/strings.xml")
        val root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).documentElement
        return (0 until root.childNodes.length).mapNotNull { root.childNodes.item(it) as? Element }
    }

    private fun places(text: String) = Regex("%(\\d+\\$)?[sd]").findAll(text).map { it.value }.sorted().toList()

    private fun texts(folder: String): Map<String, Any> = elements(folder).associate { element ->
        val name = "${element.tagName} ${element.getAttribute("name")}"
        if (element.tagName == "plurals") {
            val items = element.getElementsByTagName("item")
            name to (0 until items.length).map { items.item(it) as Element }.associate {
                it.getAttribute("quantity") to places(it.textContent)
            }
        } else {
            name to places(element.textContent)
        }
    }

    @Test
    fun `English and German say the same`() {
        val languages = File("src/main/res").list().orEmpty().filter { it.startsWith("values-") }
        assertEquals(listOf("values-de"), languages)
        assertEquals(texts("values"), texts("values-de"))
    }

    @Test
    fun `every text is short, shouts at nobody and is used`() {
        val code = listOf("src/main/kotlin", "src/android/kotlin")
            .flatMap { folder -> File(folder).walk().filter { it.extension == "kt" } }
            .joinToString("\n") { it.readText() }
        for (folder in listOf("values", "values-de")) {
            for (element in elements(folder)) {
                assertTrue('!' !in element.textContent, element.textContent)
                assertTrue(element.textContent.length <= 160 || element.tagName == "plurals", element.textContent)
                val kind = if (element.tagName == "plurals") "plurals" else "string"
                val name = element.getAttribute("name")
                assertTrue(Regex("R\\.$kind\\.$name\\b") in code, "$name is not used")
            }
        }
    }
}
