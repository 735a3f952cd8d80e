package app.pocketcard.ui

import app.pocketcard.testing.assertApiIsRecorded
import kotlin.test.Test

class ApiTest {
    @Test
    fun `what an app may call is as recorded`() = assertApiIsRecorded("ui.api")
}
