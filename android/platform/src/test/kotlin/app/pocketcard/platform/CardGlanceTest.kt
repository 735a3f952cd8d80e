package app.pocketcard.platform

import app.pocketcard.CardCode
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Freshness
import app.pocketcard.StaleReason
import app.pocketcard.Symbol
import app.pocketcard.Symbology
import app.pocketcard.Unusable
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.time.Duration
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** What may be left on a home screen, and for how long. */
@RunWith(RobolectricTestRunner::class)
class CardGlanceTest {
    private val app = RuntimeEnvironment.getApplication() as TestApp
    private val now = Instant.now()
    private val fresh = Freshness.Cached(now, StaleReason.NOT_ASKED)
    private val symbol = Symbol(Symbology.QR, 21u, 21u, ByteArray(63), 4u, 1u)

    private fun ready(kind: CodeKind, until: kotlin.time.Duration?, symbol: Symbol? = this.symbol) = CardView.Ready(
        CardCode(kind, "1001", symbol, null, until?.let { now + it.toJavaDuration() }, null),
        "1001",
        "1001",
        "Plastic card",
        fresh,
    )

    private fun glance(card: CardView) = CardGlance.of(app, card, "Anna · 5 pts", now)

    @Test
    fun `a code that never changes stays`() {
        val glance = glance(ready(CodeKind.Static, null))
        assertEquals(symbol, glance.symbol)
        assertNull(glance.next)
        assertNull(glance.note)
    }

    @Test
    fun `a code with an end is gone before it, however late in its time the alarm comes`() {
        for (left in listOf(12.minutes, 60.minutes, 1000.minutes)) {
            val glance = glance(ready(CodeKind.Issued, left))
            assertNotNull(glance.symbol)
            val next = assertNotNull(glance.next)
            assertTrue(next.earliest >= 0.seconds && next.earliest + next.within <= left - 30.seconds, "$left: $next")
            assertTrue(next.within >= CardGlance.ALARM_WINDOW, "less is not kept")
            assertTrue(glance.note.orEmpty().startsWith("Good until "))
        }
    }

    @Test
    fun `one that ends too soon is not shown, and what comes after it is looked for then`() {
        val glance = glance(ready(CodeKind.Issued, 5.minutes))
        assertEquals(null to "Tap to show the code", glance.symbol to glance.note)
        assertEquals(5.minutes, glance.next?.earliest)
        assertEquals(0.seconds, glance(ready(CodeKind.Issued, (-1).minutes)).next?.earliest, "lapsed")
    }

    @Test
    fun `a rotating code is never shown, and wakes nobody`() {
        val glance = glance(ready(CodeKind.Rotating(Duration.ofSeconds(30)), 20.seconds))
        assertEquals(null to "Tap to show the code", glance.symbol to glance.note)
        assertNull(glance.next)
        assertEquals("1001" to "Anna · 5 pts", glance.number to glance.member)
        assertEquals(
            glance,
            glance(ready(CodeKind.Rotating(Duration.ofSeconds(30)), 7.seconds)),
            "nothing to draw anew",
        )
    }

    @Test
    fun `a programme that refuses screenshots has no code where one can be taken`() {
        app.refusesScreenshots = true
        assertNull(glance(ready(CodeKind.Static, null)).symbol)
    }

    @Test
    fun `a card without a symbol has its number`() {
        val glance = glance(ready(CodeKind.NumberOnly, null, symbol = null))
        assertEquals("Show this number at the till" to "1001", glance.note to glance.number)
    }

    private fun words() = Unusable.entries.map {
        glance(CardView.Unusable(it, "1001", "1001", "Plastic card", fresh))
            .also { glance ->
                assertTrue(!glance.works && glance.symbol == null)
            }.note
    } + glance(CardView.NoCard(true, fresh)).note

    @Test
    fun `what no till takes is words`() = assertEquals(
        listOf<String?>(
            "Your card is blocked",
            "Your card was replaced by another",
            "Your card has expired",
            "Your card is not active yet",
            "No card here yet. Tap to sign in",
        ),
        words(),
    )

    @Test
    @Config(qualifiers = "de")
    fun `in German, too`() = assertEquals(
        listOf<String?>(
            "Deine Karte ist gesperrt",
            "Deine Karte wurde durch eine andere ersetzt",
            "Deine Karte ist abgelaufen",
            "Deine Karte ist noch nicht aktiv",
            "Noch keine Karte hier. Tippe, um dich anzumelden",
        ),
        words(),
    )
}
