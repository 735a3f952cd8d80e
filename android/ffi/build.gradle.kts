// For Android Studio. Not exercised here: see pom.xml.
plugins {
    alias(libs.plugins.kotlin.jvm)
    `java-library`
}

val bindings = layout.buildDirectory.dir("bindings")

val bindgen by tasks.registering(Exec::class) {
    workingDir = rootDir.resolve("..")
    commandLine("cargo", "bindgen", "--out", bindings.get().asFile.path)
    inputs.dir(rootDir.resolve("../core/src"))
    outputs.dir(bindings)
}

kotlin {
    compilerOptions { jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11 }
    sourceSets.main { kotlin.srcDir(bindgen.map { bindings.get().dir("kotlin") }) }
}

java {
    sourceCompatibility = JavaVersion.VERSION_11
    targetCompatibility = JavaVersion.VERSION_11
}

dependencies {
    // An app depends on `net.java.dev.jna:jna` as an aar: it brings JNA's own native part.
    api(libs.jna)
    api(libs.coroutines)
}
