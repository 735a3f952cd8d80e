package app.pocketcard.ui

import android.animation.ValueAnimator
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.StateRestorationTester
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import app.pocketcard.Badge
import app.pocketcard.Celebration
import app.pocketcard.Level
import app.pocketcard.NextStep
import app.pocketcard.Participation
import app.pocketcard.StaleReason
import app.pocketcard.StreakDot
import app.pocketcard.StreakMark
import app.pocketcard.TaskAnswer
import app.pocketcard.TaskKind
import app.pocketcard.TaskOption
import app.pocketcard.TaskQuestionKind
import app.pocketcard.TaskQuestionView
import app.pocketcard.TaskState
import app.pocketcard.TaskView
import app.pocketcard.TasksView
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.util.ReflectionHelpers
import org.robolectric.util.ReflectionHelpers.ClassParameter
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class TasksScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<TasksEvent>()
    private val drawn = mutableSetOf<String>()

    private fun screen(tasks: TasksView, isSignedIn: Boolean = true, first: String? = null): @Composable () -> Unit = {
        PocketcardFrame(Destination.TASKS, "Tasks", tasks.freshness, {}) {
            TasksScreen(tasks, isSignedIn, events::add, currencies = listOf(POINTS), first = first) { url, modifier ->
                drawn += url
                Box(modifier.background(Color(0xFF8D6E63)))
            }
        }
    }

    private fun see(what: String, vararg more: String) {
        val line = more.fold(hasText(what)) { all, each -> all and hasText(each) }
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
        compose.onNode(line).assertIsDisplayed()
    }

    private val endOfToday = Instant.parse("2026-11-30T23:00:00Z")

    private fun dot(day: Int, mark: StreakMark, now: Boolean = false) = StreakDot("2026-11-$day", mark, now)

    private val streak = task(
        "streak",
        "A week of scans",
        TaskKind.Streak,
        "7",
        "4",
        "1",
        next = NextStep.Do(BigDecimal(2)),
        ends = Instant.parse("2026-12-31T23:00:00Z"),
        streak = listOf(
            dot(25, StreakMark.COUNTED),
            dot(26, StreakMark.COUNTED),
            dot(27, StreakMark.MISSED),
            dot(28, StreakMark.COUNTED),
            dot(29, StreakMark.WAITING),
            dot(30, StreakMark.OPEN, now = true),
        ),
    )

    private val questions = task(
        "questions",
        "Tell us about you",
        TaskKind.Questionnaire,
        "4",
        "1",
        next = NextStep.Answer(3u),
        questions = listOf(
            question(1, "Where do you shop?", TaskQuestionKind.Choice, options = listOf("Market", "Online")),
            question(2, "What do you miss?", TaskQuestionKind.Text, "Figs"),
            question(3, "How many are you?", TaskQuestionKind.Number),
            question(4, "Tea or coffee?", TaskQuestionKind.Choice, "1", true, listOf("Tea", "Coffee")),
        ),
    )

    private val open = listOf(
        task(
            "coffee",
            "Five coffees",
            target = "5",
            confirmed = "2",
            waiting = "1",
            next = NextStep.Do(BigDecimal(2)),
            ends = endOfToday,
            reward = reward("100"),
            image = "https://example.com/coffee.png",
        ),
        streak,
        questions,
        task(
            "club",
            "Fruit club",
            TaskKind.Amount,
            "50",
            participation = Participation.OUT,
            next = NextStep.TakePart,
            reward = reward(badge = "fruit"),
        ),
    )

    private val others = listOf(
        task(
            "veg",
            "Vegetables",
            TaskKind.Amount,
            "50",
            "24.5",
            participation = Participation.IN,
            next = NextStep.Do(BigDecimal("25.5")),
        ),
        task("waits", "Bakery", participation = Participation.IN_WAITING, next = NextStep.Do(BigDecimal(1))),
        task("left", "Cheese", participation = Participation.OUT_WAITING, next = NextStep.TakePart, refused = ""),
        task("daily", "Once a day", completions = 3u, next = NextStep.ComeBack),
        task("visit", "Look at this", next = NextStep.Follow("Watch the film", "https://example.com/film")),
        task("new", "Something new", TaskKind.Other("quest"), "5", "2", next = NextStep.Do(BigDecimal(3))),
        task("later", "In winter", state = TaskState.Upcoming(Instant.parse("2026-12-20T23:00:00Z"))),
        task("soon", "First scan", confirmed = "0", waiting = "1", state = TaskState.DoneWaiting, next = NextStep.Wait),
        task("done", "Welcome", confirmed = "1", state = TaskState.Done),
        task("over", "Summer", target = "3", confirmed = "1", state = TaskState.Expired),
    )

    private val badges = listOf(
        Badge("early", "Early bird", "https://example.com/bird.png", Instant.parse("2026-11-03T09:00:00Z")),
        Badge("fruit", "Fruit lover", "https://example.com/fruit.png", null),
    )

    private val full = NO_TASKS.copy(
        sets = listOf(taskSet("first", "First steps", 5, 2u, 1u), taskSet("all", "All of autumn", 3, 3u)),
        tasks = open,
        badges = badges,
        level = Level("Gardener", 3u, BigDecimal(120), BigDecimal(200)),
        games = listOf(WHEEL, SCRATCH),
    )

    private val rest = NO_TASKS.copy(tasks = others, expected = listOf(reward("20").points!!))

    private val won = listOf(
        Celebration("coffee", "Five coffees", reward("100"), 1u),
        Celebration("first", "First steps", reward(offer = "7", badge = "fruit"), 1u),
    )

    @Test
    fun `every state in every look`() {
        pictures.assertSame("tasks", mapOf("full" to screen(full), "streak" to screen(full, first = "streak")))
        pictures.assertSame(
            "tasks",
            mapOf(
                "rest" to screen(rest),
                "past" to screen(rest, first = "later"),
                "won" to screen(full.copy(tasks = emptyList())),
                "empty" to screen(NO_TASKS),
                "loading" to screen(NO_TASKS.copy(freshness = unknown())),
                "offline" to screen(NO_TASKS.copy(freshness = unknown(StaleReason.OFFLINE))),
                "notoffered" to screen(NO_TASKS.copy(freshness = unknown(StaleReason.NOT_SUPPORTED))),
                "stale" to screen(full.copy(freshness = stale())),
                "signedout" to screen(NO_TASKS.copy(freshness = unknown()), isSignedIn = false),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `a task says what it brings, how far it is, what is next and when it ends`() {
        pictures.show(content = screen(full))
        see("Five coffees", "+100 points")
        for (line in listOf("2 of 5 · 1 waiting to be counted", "2 more times", "Ends today")) see(line)
        see("A week of scans")
        for (line in listOf("4 of 7 · 1 waiting to be counted", "2 more in a row", "Until 31 December")) see(line)
        see("Fruit club", "The badge “Fruit lover”")
        pictures.show(content = screen(rest))
        see("Waiting to be counted: +20 points")
        for (line in listOf(
            "24.5 of 50",
            "25.5 to go",
            "You take part as soon as you have a connection",
            "You leave as soon as you have a connection",
            "The programme said no to this.",
            "Done 3 times",
            "Done for this time. Come back for the next.",
            "From 21 December",
            "Done, waiting to be counted",
            "Done",
            "Over",
            "1 of 3",
        )) {
            see(line)
        }
        assertEquals(setOf("https://example.com/coffee.png"), drawn.filter { "coffee" in it }.toSet())
        pictures.show(Look.GERMAN, content = screen(full))
        see("2 von 5 · 1 noch nicht gezählt")
        see("Noch 2-mal")
    }

    @Test
    fun `a set says how many of its tasks are done, and what all of them bring`() {
        pictures.show(content = screen(full))
        see("First steps", "2 of 5 tasks done", "1 waiting to be counted", "For all of them: +500 points")
        see("All of autumn", "3 of 3 tasks done", "Done")
    }

    @Test
    fun `a streak is told in one sentence`() {
        pictures.show(content = screen(full))
        val said = hasContentDescription(
            "Counted: 3. Waiting to be counted: 1. Missed: 27 November. Still open for now",
        )
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(said)
        compose.onNode(said).assertIsDisplayed()
        val done = streak.copy(streak = listOf(dot(30, StreakMark.WAITING, now = true)))
        pictures.show(content = screen(NO_TASKS.copy(tasks = listOf(done))))
        compose.onNode(hasContentDescription("Waiting to be counted: 1. Done for now")).assertIsDisplayed()
    }

    @Test
    fun `a kind that this app does not know has its texts alone`() {
        pictures.show(content = screen(NO_TASKS.copy(tasks = others.filter { it.id == "new" })))
        compose.onNodeWithText("2 of 5").assertIsDisplayed()
        compose.onNodeWithText("more times", substring = true).assertDoesNotExist()
    }

    @Test
    fun `a member takes part, and leaves after a question`() {
        pictures.show(content = screen(full))
        compose.assertTargetsAreLarge()
        see("Take part")
        compose.onNodeWithText("Take part").performClick()
        pictures.show(content = screen(NO_TASKS.copy(tasks = others.filter { it.id == "veg" })))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Stop taking part").performClick()
        compose.onNodeWithText("What is counted so far is lost.", substring = true).assertIsDisplayed()
        compose.onNodeWithText("Cancel").performClick()
        compose.onNodeWithText("Stop taking part").performClick()
        compose.onNode(hasText("Stop taking part") and hasAnyAncestor(isDialog())).performClick()
        compose.onNode(isDialog()).assertDoesNotExist()
        assertEquals(
            listOf<TasksEvent>(TasksEvent.TakePart("club", true), TasksEvent.TakePart("veg", false)),
            events.toList(),
        )
    }

    @Test
    fun `links are followed, games opened, sign-in and another try are a tap away`() {
        pictures.show(content = screen(NO_TASKS.copy(tasks = others.filter { it.id == "visit" })))
        compose.onNodeWithText("Watch the film").performClick()
        pictures.show(content = screen(full.copy(games = listOf(WHEEL, SCRATCH.copy(playsLeft = 0u)))))
        see("Wheel of autumn", "2 plays left · 3 days left")
        compose.onNodeWithText("Wheel of autumn").performClick()
        see("no plays left")
        pictures.show(content = screen(NO_TASKS.copy(freshness = unknown()), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        pictures.show(content = screen(NO_TASKS.copy(freshness = unknown(StaleReason.OFFLINE))))
        compose.onNodeWithText("Try again").performClick()
        assertEquals(
            listOf(
                TasksEvent.Follow("https://example.com/film"),
                TasksEvent.OpenGame("wheel"),
                TasksEvent.SignIn,
                TasksEvent.Refresh,
            ),
            events.toList(),
        )
    }

    @Test
    fun `what was won is listed, with what is still to be won`() {
        pictures.show(content = screen(full.copy(tasks = emptyList())))
        see("Level 3: Gardener")
        see("120 of 200 to the next level")
        see("Early bird", "Since 3 November")
        see("Fruit lover", "Not yet")
        pictures.show(content = screen(NO_TASKS.copy(level = Level("Gardener", 4u, BigDecimal(300), null))))
        see("This is the highest level")
    }

    @Test
    fun `a link to a task leads to it`() {
        pictures.show(content = screen(full, first = "club"))
        compose.onNodeWithText("Fruit club").assertIsDisplayed()
    }

    @Test
    fun `questions are answered in place, kept, and handed in`() {
        val only = NO_TASKS.copy(tasks = listOf(questions))
        pictures.show(content = screen(only))
        compose.onNodeWithText("Answer 3 questions").performClick()
        compose.assertTargetsAreLarge()
        assertEquals(null, pictures.differs("tasks-questions-light", compose.onNode(isRoot())))
        // What was kept is there, what was handed in stands.
        see("Figs")
        see("Tea")
        compose.onNodeWithText("Online").performClick().assertIsSelected()
        compose.onAllNodesWithText("Your answer")[1].performTextInput("x")
        compose.onNodeWithText("Something you typed is not right. Look again.").assertExists()
        compose.onNodeWithText("Hand in").assertIsNotEnabled()
        compose.onNode(hasSetTextAction() and hasText("x")).performTextInput("")
        compose.mainClock.advanceTimeBy(1000)
        assertEquals(
            TasksEvent.KeepAnswers("questions", listOf(TaskAnswer(1, "2"), TaskAnswer(2, "Figs"))),
            events.last(),
        )
    }

    @Test
    fun `answers are there after an interruption, and are handed in once`() {
        val tester = StateRestorationTester(compose)
        val only = NO_TASKS.copy(tasks = listOf(questions))
        tester.setContent { Looking { screen(only)() } }
        compose.onNodeWithText("Answer 3 questions").performClick()
        compose.onNodeWithText("Market").performClick()
        compose.onAllNodesWithText("Your answer")[1].performTextInput("2,5")
        tester.emulateSavedInstanceStateRestore()
        compose.onNodeWithText("Market").assertIsSelected()
        compose.onNodeWithText("2,5").assertExists()
        events.clear()
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(hasText("Tea"))
        compose.onNodeWithText("Hand in").assertIsEnabled().performClick().assertIsNotEnabled()
        val answers = listOf(TaskAnswer(1, "1"), TaskAnswer(2, "Figs"), TaskAnswer(3, "2.5"))
        assertEquals(listOf<TasksEvent>(TasksEvent.HandIn("questions", answers)), events.toList())
    }

    @Test
    fun `an answer is what the platform can read`() {
        val typed = listOf("1990-12-31", "1990-13-01", "1990", "+0001990-12-31").map {
            toSend(TaskQuestionKind.Date, it)
        }
        assertEquals(listOf("1990-12-31", null, null, null), typed)
        val numbers = listOf("3", "2,5", "-1.50", "two", "").map { toSend(TaskQuestionKind.Number, it) }
        assertEquals(listOf("3", "2.5", "-1.50", null, null), numbers)
        assertEquals("a b", toSend(TaskQuestionKind.Other("Essay"), " a b "))
        assertEquals(null, toSend(TaskQuestionKind.Text, "  "))
    }

    @Test
    fun `completions are celebrated once`() {
        pictures.show(content = screen(full.copy(celebrations = won)))
        assertEquals(null, pictures.differs("tasks-celebration-light", compose.onNode(isDialog())))
        compose.assertTargetsAreLarge()
        for (line in listOf("You did 2 tasks", "+100 points", "An offer · the badge “Fruit lover”")) {
            compose.onNode(hasText(line) and hasAnyAncestor(isDialog())).assertIsDisplayed()
        }
        compose.onNodeWithText("Nice").performClick()
        compose.onNode(isDialog()).assertDoesNotExist()
        assertEquals(listOf<TasksEvent>(TasksEvent.Celebrated(listOf("coffee", "first"))), events.toList())
        pictures.show(content = screen(full.copy(celebrations = won.take(1))))
        compose.onNodeWithText("You did it").assertIsDisplayed()
    }

    @Test
    fun `sparks fly, but not where less motion is wanted`() {
        compose.mainClock.autoAdvance = false
        pictures.show(content = screen(full.copy(celebrations = won)))
        compose.mainClock.advanceTimeBy(300)
        assertEquals(null, pictures.differs("tasks-sparks-light", compose.onNode(isDialog())))
        ReflectionHelpers.callStaticMethod<Unit>(
            ValueAnimator::class.java,
            "setDurationScale",
            ClassParameter.from(Float::class.javaPrimitiveType, 0f),
        )
        pictures.show(content = screen(full.copy(celebrations = won)))
        compose.mainClock.advanceTimeBy(300)
        assertEquals(null, pictures.differs("tasks-celebration-light", compose.onNode(isDialog())))
    }
}
