package app.pocketcard.desk

import androidx.compose.ui.graphics.Color
import app.pocketcard.app.R
import app.pocketcard.ui.pluralCategory
import org.w3c.dom.Element
import org.w3c.dom.NodeList
import java.math.BigDecimal
import java.util.Locale
import javax.xml.parsers.DocumentBuilderFactory

/**
 * Texts and brand as `res` of `ui` and `app` has them, read from those same files, by the ids that the screens know.
 *
 * Of Android's rules for these files it knows those that ours need: a text of a language, else the one that is for all.
 */
internal class Resources(val locale: Locale) {
    private val values = HashMap<Int, String>()
    private val plurals = HashMap<Int, Map<String, String>>()

    init {
        for (folder in listOf("values", "values-${locale.language}")) {
            for (file in listOf("ui/$folder/strings.xml", "app/$folder/strings.xml", "app/$folder/brand.xml")) {
                if (exists(file)) read(file)
            }
        }
    }

    /** The text of [id], filled in with [values]. */
    fun text(id: Int, vararg values: Any): String = filled(known(id), values)

    /** The text of [id] for so many, filled in with [values]. */
    fun plural(id: Int, count: Int, vararg values: Any): String {
        val forms = plurals[id] ?: error("no plural has the id $id")
        return filled(forms[pluralCategory(locale, BigDecimal(count))] ?: forms.getValue("other"), values)
    }

    /** The number of [id]. */
    fun number(id: Int): Int = known(id).toInt()

    /** What is said to [id]. */
    fun flag(id: Int): Boolean = known(id).toBooleanStrict()

    /** The colour of [id], which has no transparency. */
    fun color(id: Int): Color = Color(known(id).removePrefix("#").toLong(HEX) or OPAQUE)

    private fun known(id: Int) = values[id] ?: error("no resource has the id $id")

    /** As Android: a text without values is no pattern. */
    private fun filled(text: String, values: Array<out Any>) =
        if (values.isEmpty()) text else String.format(locale, text, *values)

    private fun read(file: String) {
        for (element in root(file).childNodes.elements()) {
            val name = element.getAttribute("name")
            when (element.tagName) {
                "string" -> values[STRINGS.getValue(name)] = element.text(file)

                "integer" -> values[INTEGERS.getValue(name)] = element.text(file)

                "bool" -> values[FLAGS.getValue(name)] = element.text(file)

                "color" -> values[COLORS.getValue(name)] = element.text(file)

                "plurals" -> plurals[PLURALS.getValue(name)] = element.childNodes.elements().associate {
                    it.getAttribute("quantity") to it.text(file)
                }
            }
        }
    }

    companion object {
        private const val HEX = 16
        private const val OPAQUE = 0xFF000000
        private val STRINGS = ids(R.string::class.java)
        private val PLURALS = ids(R.plurals::class.java)
        private val INTEGERS = ids(R.integer::class.java)
        private val FLAGS = ids(R.bool::class.java)
        private val COLORS = ids(R.color::class.java)

        /** The languages that the app has, as they are spoken where the chain is: phone numbers are of there. */
        val languages: List<Locale> = root("app/xml/locales_config.xml").childNodes.elements().map {
            Locale.forLanguageTag("${it.getAttribute("android:name")}-DE")
        }

        private fun ids(of: Class<*>) = of.fields.associate { it.name to it.getInt(null) }

        private fun exists(file: String) = Resources::class.java.getResource("/res/$file") != null

        private fun root(file: String): Element = Resources::class.java.getResourceAsStream("/res/$file").use {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(it).documentElement
        }

        private fun NodeList.elements(): List<Element> = (0 until length).mapNotNull { item(it) as? Element }

        /** Android reads more into a text than its letters. */
        private fun Element.text(file: String): String {
            val text = textContent.trim().replace(Regex("\\s+"), " ")
            check('\\' !in text && '"' !in text && !text.startsWith('@')) {
                "$file: escapes, quotes and references are not read here: $text"
            }
            return text
        }
    }
}
