package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.pocketcard.BalanceView
import app.pocketcard.Currency
import app.pocketcard.DatedAmount
import app.pocketcard.ExpectedPoints
import app.pocketcard.Period
import app.pocketcard.PeriodAmount
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.math.BigDecimal
import java.time.Instant
import java.util.Locale
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class BalanceScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<BalanceEvent>()

    private fun screen(balance: BalanceView, isSignedIn: Boolean = true): @Composable () -> Unit = {
        PocketcardFrame(Destination.MORE, "Balance", balance.freshness, {}, hasBack = true) {
            BalanceScreen(balance, isSignedIn, events::add)
        }
    }

    private fun on(day: String, amount: String) = DatedAmount(BigDecimal(amount), Instant.parse("${day}T10:00:00Z"))

    private val stamps = Currency(2, "Stamps", "STAMPS", "stamp", "stamps", "stamps", "st")

    private val full = BALANCE.copy(
        accounts = listOf(
            account(
                pending = "170",
                activations = listOf(on("2026-12-03", "120")),
                expirations = listOf(on("2026-12-31", "80"), on("2027-01-31", "12.5")),
            ).copy(later = listOf(PeriodAmount(Period.MonthToYear, BigDecimal(40), BigDecimal(7)))),
            account("1", stamps, blocked = true),
        ),
        expected = listOf(ExpectedPoints("POINTS", BigDecimal(40))),
    )

    @Test
    fun `every state in every look`() {
        pictures.assertSame("balance", mapOf("full" to screen(full)))
        pictures.assertSame(
            "balance",
            mapOf(
                "stale" to screen(full.copy(freshness = stale())),
                "loading" to screen(NO_BALANCE),
                "offline" to screen(NO_BALANCE.copy(freshness = unknown(StaleReason.OFFLINE))),
                "refused" to screen(NO_BALANCE.copy(freshness = unknown(StaleReason.REFUSED))),
                "signedout" to screen(NO_BALANCE, isSignedIn = false),
                "empty" to screen(NO_BALANCE.copy(freshness = LIVE, tiersFreshness = unknown(StaleReason.BUSY))),
                "highest" to screen(BALANCE.copy(tiers = listOf(LADDER.copy(current = GOLD, nextAt = null)))),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `what will be, what lapses and what tasks bring stand apart, with their dates`() {
        pictures.show(content = screen(full))
        for (line in listOf(
            "1,250 points",
            "+120 on 3 December",
            "80 expire on 31 December",
            "12.5 expire on 31 January 2027",
            "+40 within a year",
            "7 expire within a year",
            "+10 soon",
            "+40 points",
            "1,250 of 2,000 to Gold",
            "Gold brings you: Double points at weekends.",
            "1 stamp",
            "You cannot spend from this account at the moment",
        )) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
        pictures.show(Look.GERMAN, content = screen(full))
        for (line in listOf("1.250 points", "+120 am 3. Dezember", "80 verfallen am 31. Dezember")) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
    }

    @Test
    fun `a currency's name has the form that its number asks for`() {
        val roubles = Currency(3, "Баллы", "B", "балл", "балла", "баллов", "б")
        val words = Words(Locale.forLanguageTag("ru"), TEST_CLOCK, true)
        val forms = listOf("1", "2", "5", "21", "1.5").map { words.nameOf(BigDecimal(it), roubles) }
        assertEquals(listOf("балл", "балла", "баллов", "балл", "балла"), forms)
        val english = Words(Locale.UK, TEST_CLOCK, true)
        assertEquals(listOf("point", "points"), listOf("1", "2").map { english.nameOf(BigDecimal(it), POINTS) })
    }

    @Test
    fun `history, sign-in and another try are a tap away`() {
        pictures.show(content = screen(BALANCE))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("What happened").performScrollTo().performClick()
        pictures.show(content = screen(NO_BALANCE, isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        pictures.show(content = screen(NO_BALANCE.copy(freshness = unknown(StaleReason.OFFLINE))))
        compose.onNodeWithText("Try again").performClick()
        assertEquals(listOf(BalanceEvent.OpenHistory, BalanceEvent.SignIn, BalanceEvent.Refresh), events)
    }
}
