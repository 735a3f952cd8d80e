package app.pocketcard.platform

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import app.pocketcard.Activity
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadow.api.Shadow
import org.robolectric.util.ReflectionHelpers
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class BackgroundWorkTest {
    @get:Rule val real = RealCore()
    private val jobs get() = real.app.getSystemService(JobScheduler::class.java)

    private fun params(id: Int): JobParameters = Shadow.newInstanceOf(JobParameters::class.java).also {
        ReflectionHelpers.setField(it, "jobId", id)
    }

    private val service by lazy { Robolectric.setupService(BackgroundJob::class.java) }

    /** Runs a job to its end, which asks to be run again or not. */
    private fun run(id: Int, again: Boolean) {
        assertTrue(service.onStartJob(params(id)))
        // Robolectric says the one, then the other.
        eventually("the job ends") { shadowOf(service).run { isJobFinished && isRescheduleNeeded == again } }
    }

    @Test
    fun `jobs are scheduled once, for any network, over restarts, and taken back`() {
        repeat(2) {
            assertTrue(BackgroundWork.flushSoon(real.app))
            assertTrue(BackgroundWork.sync(real.app))
        }
        assertEquals(setOf(BackgroundWork.FLUSH, BackgroundWork.SYNC), jobs.allPendingJobs.map { it.id }.toSet())
        for (job in jobs.allPendingJobs) {
            assertEquals(BackgroundJob::class.java.name, job.service.className)
            assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
            assertTrue(job.isPersisted)
        }
        assertTrue(jobs.allPendingJobs.single { it.id == BackgroundWork.SYNC }.isPeriodic)
        BackgroundWork.cancel(real.app)
        assertEquals(emptyList(), jobs.allPendingJobs)
    }

    @Test
    fun `what waits is sent, and the job is done`() {
        runBlocking {
            real.core.signIn(real.sandbox, Sandbox.ANNA)
            real.core.track(Activity.StoreViewed(1))
        }
        run(BackgroundWork.FLUSH, again = false)
        eventually("all is sent") { real.core.outbox.value.run { queued == 0u && sent > 0uL } }
    }

    @Test
    fun `without a network it is tried again`() {
        runBlocking { real.core.signIn(real.sandbox, Sandbox.ANNA) }
        real.sandbox.cutOff()
        runBlocking { real.core.track(Activity.StoreViewed(1)) }
        run(BackgroundWork.FLUSH, again = true)
    }

    @Test
    fun `a sync that fails waits for its next turn`() {
        runBlocking { real.core.signIn(real.sandbox, Sandbox.ANNA) }
        real.sandbox.cutOff()
        run(BackgroundWork.SYNC, again = false)
    }

    @Test
    fun `a job that is stopped comes again`() {
        assertTrue(service.onStartJob(params(BackgroundWork.FLUSH)))
        assertTrue(service.onStopJob(params(BackgroundWork.FLUSH)))
    }
}
