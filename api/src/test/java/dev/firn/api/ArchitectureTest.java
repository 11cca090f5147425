package dev.firn.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The house as it is drawn: who may know whom, and that each package says what it is for. */
class ArchitectureTest {
    private static final String[] FRAMEWORKS_OF_OTHERS = {
        "io.temporal..",
        "java.sql..",
        "javax.sql..",
        "org.jdbi..",
        "io.minio..",
        "java.net.http..",
        "jakarta..",
        "io.quarkus..",
        "io.vertx.."
    };

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.firn");
    }

    @Test
    void dependenciesPointDownwardsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("training")
                .definedBy("dev.firn.training..")
                .layer("workflows")
                .definedBy("dev.firn.workflows..")
                .layer("registry")
                .definedBy("dev.firn.registry..")
                .layer("embedded")
                .definedBy("dev.firn.embedded..")
                .layer("activities")
                .definedBy("dev.firn.activities..")
                .layer("cli")
                .definedBy("dev.firn.cli..")
                .layer("api")
                .definedBy("dev.firn.api..")
                .whereLayer("api")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("api")
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("api")
                .whereLayer("activities")
                .mayOnlyBeAccessedByLayers("api")
                .whereLayer("registry")
                .mayOnlyBeAccessedByLayers("activities", "api")
                .whereLayer("workflows")
                .mayOnlyBeAccessedByLayers("activities", "api")
                .whereLayer("training")
                .mayOnlyBeAccessedByLayers("activities", "cli", "api")
                .check(classes);
    }

    @Test
    void theScienceKnowsNeitherWorkflowsNorDatabasesNorWebServers() {
        noClasses()
                .that()
                .resideInAPackage("dev.firn.training..")
                .and()
                // DuckDB reads Parquet files in this process, and speaks JDBC only
                .doNotHaveFullyQualifiedName("dev.firn.training.data.ParquetRows")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS_OF_OTHERS)
                .check(classes);
    }

    @Test
    void onlyTheApplicationKnowsQuarkus() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.firn.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "io.vertx..", "jakarta..")
                .check(classes);
    }

    @Test
    void onlyTheRegistryKnowsItsDatabaseAndItsObjectStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.firn.registry..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "io.minio..", "org.flywaydb..")
                .check(classes);
    }

    @Test
    void workflowsDoNotKnowHowTheirActivitiesWork() {
        noClasses()
                .that()
                .resideInAPackage("dev.firn.workflows..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.firn.training..", "dev.firn.registry..", "dev.firn.activities..")
                .check(classes);
    }

    @Test
    void theModulesHaveNoCyclesAmongThem() {
        slices().matching("dev.firn.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        Set<String> silent = new TreeSet<>();
        Set<String> telling = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getSimpleName().equals("package-info")) {
                telling.add(type.getPackageName());
            } else {
                silent.add(type.getPackageName());
            }
        }
        silent.removeAll(telling);
        assertThat(silent).isEmpty();
    }

    @Test
    void classesAreNotCalledUtils() {
        classes()
                .should()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .check(classes);
    }
}
