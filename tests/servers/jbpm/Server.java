import bitronix.tm.TransactionManagerServices;
import bitronix.tm.resource.jdbc.PoolingDataSource;
import bitronix.tm.resource.jdbc.lrc.LrcXADataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.logging.FileHandler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.catalina.startup.Tomcat;
import org.kie.integration.tomcat.JACCValve;

/** jBPM's web application as a pure REST server. Arguments: the folder that "build" filled. */
public class Server {
    /** Who may log in (the password is the name), with what roles; groups.mvel has the groups that tasks are for. */
    private static final String[][] USERS = {
        {"anna", "admin", "analyst", "rest-all", "sales"},
        {"ben", "user", "rest-all", "sales"},
        {"carl", "user", "rest-all", "legal"},
        {"Administrator", "admin", "rest-all"},
        {"guest"},
    };
    /** The same processes twice: with one session for all instances, and with one for each. */
    private static final String[][] DEPLOYMENTS = {
        {"org.example:office:1.0", "SINGLETON"},
        {"org.example:desk:1.0", "PER_PROCESS_INSTANCE"},
    };
    private static final int SECONDS = 240;

    public static void main(String[] args) {
        try {
            run(Path.of(args[0]).toRealPath());
        } catch (Exception error) {
            System.err.println("error: the server did not start: " + error);
            System.exit(1);
        }
    }

    private static void run(Path build) throws Exception {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
        Path run = Files.createTempDirectory(build, "run");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(run)));
        properties(build, run);
        logging(build);
        database(run);

        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(run.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setURIEncoding("UTF-8");
        tomcat.enableNaming();
        tomcat.getHost().getPipeline().addValve(new JACCValve());
        tomcat.addWebapp("/jbpm-console", build.resolve("web").toString());
        for (String[] user : USERS) {
            tomcat.addUser(user[0], user[0]);
            for (int i = 1; i < user.length; i++) {
                tomcat.addRole(user[0], user[i]);
            }
        }
        tomcat.start();
        String root = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
        deploy(root + "/jbpm-console/rest");
        greet(root + "/jbpm-console/rest");
        System.out.println(root);
        tomcat.getServer().await();
    }

    /** No user interface, no demonstrations, no git; packages of processes come from the folder m2 alone. */
    private static void properties(Path build, Path run) throws IOException {
        Path settings = Files.writeString(run.resolve("settings.xml"),
            "<settings><localRepository>" + build.resolve("m2")
                + "</localRepository><offline>true</offline></settings>");
        String[][] pairs = {
            {"user.home", run.toString()},
            {"java.io.tmpdir", Files.createDirectory(run.resolve("tmp")).toString()},
            {"org.kie.active.profile", "exec-server"},
            {"org.kie.demo", "false"},
            {"org.kie.example", "false"},
            {"org.uberfire.nio.git.daemon.enabled", "false"},
            {"org.uberfire.nio.git.ssh.enabled", "false"},
            {"org.uberfire.nio.git.dir", run.toString()},
            {"org.uberfire.metadata.index.dir", run.toString()},
            {"org.guvnor.m2repo.dir", run.resolve("repositories").toString()},
            {"kie.maven.settings.custom", settings.toString()},
        };
        for (String[] pair : pairs) {
            System.setProperty(pair[0], pair[1]);
        }
    }

    private static void logging(Path build) throws IOException {
        Logger root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        FileHandler file = new FileHandler(build.resolve("server.log").toString());
        file.setFormatter(new SimpleFormatter());
        root.addHandler(file);
    }

    /** Each start has an empty database, in memory. */
    private static void database(Path run) {
        TransactionManagerServices.getConfiguration().setServerId("tests")
            .setLogPart1Filename(run.resolve("1.tlog").toString())
            .setLogPart2Filename(run.resolve("2.tlog").toString());
        PoolingDataSource source = new PoolingDataSource();
        source.setClassName(LrcXADataSource.class.getName());
        source.setUniqueName("jdbc/jbpm");
        source.setMaxPoolSize(20);
        source.setAllowLocalTransactions(true);
        source.getDriverProperties().setProperty("driverClassName", "org.h2.Driver");
        source.getDriverProperties().setProperty("url", "jdbc:h2:mem:jbpm;MVCC=true;DB_CLOSE_DELAY=-1");
        source.getDriverProperties().setProperty("user", "sa");
        source.getDriverProperties().setProperty("password", "");
        source.init();
    }

    /** Until a process runs: a deployment says that it is done a moment before it is. */
    private static void deploy(String rest) throws Exception {
        for (String[] deployment : DEPLOYMENTS) {
            String id = deployment[0];
            String path = rest + "/deployment/" + id;
            call("anna", "POST", path + "/deploy?strategy=" + deployment[1]);
            for (int tries = 0; ; tries++) {
                String state = call("anna", "GET", path);
                if (state != null && state.contains(">DEPLOYED<")
                    && call("anna", "POST", rest + "/runtime/" + id + "/process/office.note/start") != null) {
                    break;
                }
                if (tries == SECONDS * 4 || (state != null && state.contains("DEPLOY_FAILED"))) {
                    System.err.println("error: " + id + " is not deployed: " + state);
                    System.exit(1);
                }
                Thread.sleep(250);
            }
        }
        call("anna", "POST", rest + "/runtime/" + DEPLOYMENTS[0][0] + "/history/clear");
    }

    /** Container and engine make a record of each user at the first call, which must not be of several at once. */
    private static void greet(String rest) throws IOException {
        for (String[] user : USERS) {
            call(user[0], "GET", rest + "/task/query?potentialOwner=" + user[0]);
        }
    }

    /** What was answered; null: no success. */
    private static String call(String user, String method, String url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setRequestProperty("Accept", "application/xml");
        connection.setRequestProperty("Authorization",
            "Basic " + Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8)));
        if (connection.getResponseCode() >= 300) {
            return null;
        }
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void remove(Path folder) {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException error) {
            // Something is still being written there; it stays.
        }
    }
}
