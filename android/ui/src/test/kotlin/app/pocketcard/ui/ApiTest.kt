package app.pocketcard.ui

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

/**
 * What an app may call, against its record in `api/ui.api`.
 *
 * A change that is meant is recorded by `mvn test -Dtest=ApiTest -Dapi.update`, in `android`.
 */
class ApiTest {
    @Test
    fun `the public API is as recorded`() {
        val classes =
            File("target/classes")
                .walk()
                .filter { it.extension == "class" }
                // An app makes its own R.
                .filterNot { it.nameWithoutExtension.substringBefore('$') == "R" }
                // Compose makes these, numbered.
                .filterNot { it.name.startsWith("ComposableSingletons") }
                .sortedBy { it.name }
                .toList()
        val filters = AbiFilters(emptySet(), emptySet(), emptySet(), emptySet())
        val now = buildString { AbiTools.getInstance().printJvmDump(this, classes, filters) }
        val record = File("api/ui.api")
        if (System.getProperty("api.update") != null) record.writeText(now)
        assertEquals(record.readText(), now, "meant? then: mvn test -Dtest=ApiTest -Dapi.update")
    }
}
