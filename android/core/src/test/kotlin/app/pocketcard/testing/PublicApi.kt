package app.pocketcard.testing

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import java.io.File
import kotlin.test.assertEquals

/**
 * Holds what an app may call in the classes of [folders] against its record in `api`.
 *
 * A change that is meant is recorded by `mvn test -Dtest=ApiTest -Dapi.update`, in `android`.
 *
 * @param notOurs classes that are public for want of another way, by their names in the package; `**` stands for any end.
 */
fun assertApiIsRecorded(
    record: String,
    folders: List<String> = listOf("target/classes"),
    notOurs: List<String> = emptyList(),
) {
    val classes = folders
        .flatMap { folder -> File(folder).walk().filter { it.extension == "class" } }
        // An app makes its own R, and Compose numbers these.
        .filterNot { it.name.startsWith("ComposableSingletons") || it.nameWithoutExtension.substringBefore('$') == "R" }
        .sortedBy { it.name }
    val filters = AbiFilters(emptySet(), notOurs.map { "app.pocketcard.$it" }.toSet(), emptySet(), emptySet())
    val now = buildString { AbiTools.getInstance().printJvmDump(this, classes, filters) }
    val file = File("api/$record")
    if (System.getProperty("api.update") != null) file.writeText(now)
    assertEquals(file.readText(), now, "meant? then: mvn test -Dtest=ApiTest -Dapi.update")
}
