package app.pocketcard.platform

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

/** What is done while the app is not in front: jobs of the system's, which outlive a restart of the phone. */
public object BackgroundWork {
    /** Has what waits sent as soon as there is a network, and tried again until all is. For when the app leaves the front. */
    public fun flushSoon(context: Context): Boolean = context.schedule(FLUSH) {
        setBackoffCriteria(30.seconds.inWholeMilliseconds, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
    }

    /** Has everything asked for twice a day, so that what is on screen first is not old. Once is enough, at each start too. */
    public fun sync(context: Context): Boolean = context.jobs.allPendingJobs.any { it.id == SYNC } ||
        context.schedule(SYNC) {
            setPeriodic(12.hours.inWholeMilliseconds)
            setRequiresBatteryNotLow(true)
        }

    /** Takes both back, as when the member signs out. */
    public fun cancel(context: Context) {
        listOf(FLUSH, SYNC).forEach(context.jobs::cancel)
    }

    internal const val FLUSH = 0x706b0001
    internal const val SYNC = 0x706b0002

    private val Context.jobs: JobScheduler get() = getSystemService(JobScheduler::class.java)

    private fun Context.schedule(id: Int, how: JobInfo.Builder.() -> Unit): Boolean {
        val job =
            JobInfo
                .Builder(id, ComponentName(this, BackgroundJob::class.java))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                .setPersisted(true)
                .apply(how)
                .build()
        return jobs.schedule(job) == JobScheduler.RESULT_SUCCESS
    }
}

/** Does the work. */
internal class BackgroundJob : JobService() {
    private val running = mutableMapOf<Int, Job>()

    override fun onStartJob(params: JobParameters): Boolean {
        running[params.jobId] =
            background.launch {
                val isDone =
                    quietly("background work") { core ->
                        if (params.jobId == BackgroundWork.SYNC) core.refresh()
                        core.flush(DEADLINE).run { queued + acts + receipts == 0u }
                    } ?: false
                // A periodic job comes again by itself.
                jobFinished(params, !isDone && params.jobId == BackgroundWork.FLUSH)
            }
        return true
    }

    override fun onStopJob(params: JobParameters): Boolean {
        running.remove(params.jobId)?.cancel()
        return true
    }

    private companion object {
        /** The system gives a job minutes; what takes longer than this waits for a better network. */
        val DEADLINE = 60.seconds
    }
}
