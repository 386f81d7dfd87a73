import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;

/** RunFlyway URL USER PASSWORD FOLDER: a project's migrations by Flyway itself, with the settings of its flyway.conf. */
public class RunFlyway {
  public static void main(String[] given) throws Exception {
    Map<String, String> settings = new HashMap<>();
    Path file = Path.of("flyway.conf");
    if (Files.exists(file)) {
      Properties read = new Properties();
      try (FileInputStream stream = new FileInputStream(file.toFile())) {
        read.load(stream);
      }
      read.forEach((name, value) -> settings.put((String) name, (String) value));
    }
    Flyway.configure()
        .configuration(settings)
        .dataSource(given[0], given[1], given[2])
        .locations("filesystem:" + given[3])
        // What is in the database already was there before Flyway, as in any project that takes it up later.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
