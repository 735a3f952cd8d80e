package app.pocketcard.ui

import android.animation.ValueAnimator
import androidx.compose.runtime.Composable
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTouchInput
import app.pocketcard.Freshness
import app.pocketcard.Game
import app.pocketcard.GameKind
import app.pocketcard.GameOutcome
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.util.ReflectionHelpers
import org.robolectric.util.ReflectionHelpers.ClassParameter
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class GameScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<GameEvent>()

    private fun screen(
        game: Game?,
        outcome: GameOutcome? = null,
        isPlaying: Boolean = false,
        freshness: Freshness = LIVE,
        isSignedIn: Boolean = true,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.TASKS, "Game", freshness, {}, hasBack = true) {
            GameScreen(
                game,
                freshness,
                isSignedIn,
                events::add,
                isPlaying = isPlaying,
                outcome = outcome,
                currencies = listOf(POINTS),
            )
        }
    }

    private val won = GameOutcome(1u, "You win 50 points", reward("50"))
    private val nothing = GameOutcome(null, "Nothing this time", null)
    private val other = Game("dice", "Dice", GameKind.Other("dice"), emptyList(), 1u, null)

    @Test
    fun `every state in every look`() {
        pictures.assertSame("game", mapOf("wheel" to screen(WHEEL), "won" to screen(WHEEL, won)))
        pictures.assertSame(
            "game",
            mapOf(
                "scratch" to screen(SCRATCH),
                "covered" to screen(SCRATCH, won),
                "other" to screen(other),
                "nothing" to screen(other, nothing),
                "playing" to screen(WHEEL, isPlaying = true),
                "gone" to screen(null),
                "loading" to screen(null, freshness = unknown()),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `the wheel is spun, and comes to rest on what the platform drew`() {
        pictures.show(content = screen(WHEEL))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("2 plays left · 3 days left").performScrollTo().assertIsDisplayed()
        for (sector in WHEEL.sectors) compose.onNodeWithText(sector).assertExists()
        compose.onNodeWithText("Spin the wheel").performScrollTo().performClick()
        pictures.show(content = screen(WHEEL, isPlaying = true))
        compose.onNodeWithText("One moment").performScrollTo().assertIsNotEnabled()
        compose.mainClock.autoAdvance = false
        pictures.show(content = screen(WHEEL, won))
        compose.mainClock.advanceTimeBy(1000)
        compose.onNodeWithText("You win 50 points").assertDoesNotExist()
        compose.mainClock.advanceTimeBy(4000)
        compose.mainClock.autoAdvance = true
        val result = hasText("You win 50 points") and hasText("+50 points")
        compose.onNode(result).performScrollTo().assertIsDisplayed().assert(
            SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, LiveRegionMode.Polite),
        )
        compose.onNodeWithText("OK").performScrollTo().performClick()
        assertEquals(listOf(GameEvent.Play("wheel"), GameEvent.Seen), events.toList())
    }

    @Test
    fun `where less motion is wanted, the result is there at once`() {
        ReflectionHelpers.callStaticMethod<Unit>(
            ValueAnimator::class.java,
            "setDurationScale",
            ClassParameter.from(Float::class.javaPrimitiveType, 0f),
        )
        compose.mainClock.autoAdvance = false
        pictures.show(content = screen(WHEEL, won))
        compose.mainClock.advanceTimeBy(100)
        compose.onNodeWithText("You win 50 points").assertExists()
    }

    @Test
    fun `a card is scratched until enough is off`() {
        pictures.show(content = screen(SCRATCH, won))
        val result = hasText("You win 50 points") and hasText("+50 points")
        compose.onNode(result).assertDoesNotExist()
        compose.onRoot().performTouchInput {
            down(Offset(60f, 200f))
            moveTo(Offset(250f, 230f))
        }
        compose.waitForIdle()
        assertEquals(null, pictures.differs("game-scratching-light", compose.onNode(isRoot())))
        compose.onNode(result).assertDoesNotExist()
        compose.onRoot().performTouchInput {
            repeat(4) {
                moveTo(Offset(60f, 200f))
                moveTo(Offset(250f, 230f))
            }
            up()
        }
        compose.onNode(result).assertIsDisplayed()
    }

    @Test
    fun `who cannot scratch has a button`() {
        pictures.show(content = screen(SCRATCH, won))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Show what is below").performClick()
        compose.onNode(hasText("You win 50 points") and hasText("+50 points")).assertIsDisplayed()
    }

    @Test
    fun `without a play left there is no play, and a game that is gone says so`() {
        pictures.show(content = screen(SCRATCH.copy(playsLeft = 0u)))
        compose.onNodeWithText("Get a card to scratch").assertIsNotEnabled()
        pictures.show(content = screen(other))
        compose.onNodeWithText("Play").assertIsEnabled().performClick()
        pictures.show(content = screen(null))
        compose.onNodeWithText("Show tasks and games").performClick()
        pictures.show(content = screen(null, freshness = unknown(StaleReason.OFFLINE)))
        compose.onNodeWithText("Try again").performClick()
        pictures.show(content = screen(null, freshness = unknown(), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        assertEquals(
            listOf(GameEvent.Play("dice"), GameEvent.OpenTasks, GameEvent.Refresh, GameEvent.SignIn),
            events.toList(),
        )
    }

    @Test
    fun `the result stands when the game is gone with its last play`() {
        pictures.show(content = screen(null, won))
        compose.onNodeWithText("You win 50 points").assertIsDisplayed()
    }
}
