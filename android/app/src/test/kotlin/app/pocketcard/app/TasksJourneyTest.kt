package app.pocketcard.app

import android.content.Intent
import android.net.Uri
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.isHeading
import androidx.compose.ui.test.isSelected
import androidx.compose.ui.test.performTextReplacement
import app.pocketcard.Freshness
import app.pocketcard.Game
import app.pocketcard.Participation
import app.pocketcard.TaskState
import app.pocketcard.TaskView
import app.pocketcard.platform.testing.scanned
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import kotlin.test.assertEquals
import kotlin.test.assertNotNull

/** Tasks, and games. */
class TasksJourneyTest : Journey() {
    private fun task(id: String): TaskView? = core.tasks.value.tasks.find { it.id == id }

    private fun wheel(): Game? = core.tasks.value.games.find { it.id == "wheel" }

    /** Goes to the tasks as a member who is just in, and has seen that they installed the app. */
    private fun toTheTasks() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open()
        tap("Tasks")
        sees("Install the app")
    }

    /** The member is told that they completed it. */
    private fun sees(task: String) {
        waitFor(hasText(task) and hasAnyAncestor(isDialog()))
        confirm("Nice")
        compose.waitUntil(TIMEOUT) { core.tasks.value.celebrations.isEmpty() }
    }

    private fun answer(which: Int, text: String) {
        val fields = hasText("Your answer") and hasSetTextAction()
        waitFor(fields)
        compose.onAllNodes(fields)[which].performTextReplacement(text)
    }

    @Test
    fun `a member takes part and answers without a signal, interrupted, and the platform is told when it returns`() {
        toTheTasks()
        sandbox.cutOff()
        reach("Take part")
        tap("Take part")
        reach("You take part as soon as you have a connection")
        reach("Answer 3 questions")
        tap("Answer 3 questions")
        tap("Both")
        compose.waitUntil(TIMEOUT) { task("questionnaire")?.questions?.any { it.value != null } == true }
        begunAnew()
        tap("Tasks")
        reach("Answer 3 questions")
        tap("Answer 3 questions")
        waitFor(hasText("Both") and isSelected())
        answer(0, "4")
        answer(1, "Figs")
        tap("Hand in")
        compose.waitUntil(TIMEOUT) { task("questionnaire")?.state is TaskState.DoneWaiting }
        sees("Tell us what you like")
        reach("Done, waiting to be counted")
        sandbox.heal()
        signalReturns()
        compose.waitUntil(TIMEOUT) {
            task("questionnaire")?.state is TaskState.Done &&
                task("healthy-marathon")?.participation == Participation.IN
        }
    }

    @Test
    fun `what a purchase completes is celebrated once, and not again after the app was ended`() {
        toTheTasks()
        hearsPushes()
        tap("Card")
        waitForCode()
        sandbox.ask("POST", "/till/purchases", """{"code": "${screen().scanned()}", "items": [$COFFEE]}""")
        takePushes()
        tap("Tasks")
        sees(WEEKLY)
        begunAnew()
        tap("Tasks")
        compose.waitUntil(TIMEOUT) { core.tasks.value.freshness is Freshness.Live }
        reach(WEEKLY)
        compose.waitForIdle()
        compose.onNode(isDialog()).assertDoesNotExist()
    }

    @Test
    fun `a game is played once, and what the platform drew is there until it was seen`() {
        toTheTasks()
        compose.waitUntil(TIMEOUT) { wheel()?.playsLeft == 1u }
        val sectors = assertNotNull(wheel()).sectors.distinct()
        val before = spendable()
        reach("Lucky wheel")
        tap("Lucky wheel")
        waitFor(hasText("Game") and isHeading())
        // The platform draws; that it did is not heard.
        sandbox.ask(
            "POST",
            "/sandbox/faults",
            """{"path": "/app/v1/games/wheel", "kind": "reset", "processed": true, "times": 1}""",
        )
        tap("Spin the wheel")
        waitFor("No connection. Try again when you have one.")
        tap("OK")
        sandbox.slow("/app/v1/games/wheel", 1_000)
        tap("Spin the wheel")
        waitFor("One moment")
        checkNotNull(window).recreate()
        // The sectors are listed until the wheel has come to rest.
        waitFor(hasText("OK"))
        val drawn = sectors.single { isThere(hasText(it)) }
        compose.waitUntil(TIMEOUT) { wheel()?.playsLeft == 0u }
        val won = drawn.removeSuffix(" points").toIntOrNull() ?: 0
        compose.waitUntil(TIMEOUT) { spendable() == before + won }
        checkNotNull(window).recreate()
        waitFor(hasText(drawn))
        tap("OK")
        waitFor("No plays left")
        back()
        reach("Lucky wheel")
        waitFor(hasText("no plays left"))
    }

    private fun spendable(): Int = core.balance.value.accounts
        .first()
        .available
        .toInt()

    @Test
    fun `a link leads to its task, which is noted once, the app ended meanwhile`() {
        toTheTasks()
        allIsTold()
        sandbox.cutOff()
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("pocketcard://tasks/weekly-50"))
        checkNotNull(window).newIntent(link.setClass(app, MainActivity::class.java))
        waitFor(WEEKLY)
        // The link, and the task.
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 2u }
        checkNotNull(window).recreate()
        waitFor(WEEKLY)
        compose.waitForIdle()
        assertEquals(2u, core.outbox.value.queued)
        endedByAndroid()
        waitFor(WEEKLY)
        back()
        waitFor(hasText("Card") and isSelected())
    }

    @Test
    fun `who is signed out signs in first, and then is where the link to a task leads`() {
        sandbox.member(PHONE)
        open("pocketcard://tasks/weekly-50")
        waitFor(hasText("Tasks") and isSelected())
        signInByHand()
        type("Code", sandbox.smsCode(PHONE))
        sees("Install the app")
        waitFor(WEEKLY)
        compose.onNode(hasText("Tasks") and isSelected()).assertExists()
    }

    @Test
    fun `a task's link leads to a screen, or into the web, and nowhere else`() {
        for ((id, link) in mapOf("recipe" to "https://recipes.example/soup", "file" to "file:///etc/hosts")) {
            sandbox.ask(
                "POST",
                "/sandbox/tasks",
                """{"id": "$id", "title": "Read a recipe", "kind": "count", "target": 1,
                    "description": "Any will do.", "trigger": {"event": "custom", "where": {"name": "read.$id"}},
                    "action": {"label": "Show the $id", "link": "$link"}}""",
            )
        }
        toTheTasks()
        shadowOf(app).clearNextStartedActivities()
        reach("Show the file")
        tap("Show the file")
        waitFor("Your programme does not have this.")
        tap("OK")
        reach("Show the recipe")
        tap("Show the recipe")
        val page = shadowOf(app).nextStartedActivity
        assertEquals("https://recipes.example/soup", page.dataString)
        reach("Show the stores")
        tap("Show the stores")
        waitFor(hasText("Stores") and isSelected())
    }

    private companion object {
        const val WEEKLY = "Buy for 50 euros within a week"
    }
}
