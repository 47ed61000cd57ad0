import org.flowable.idm.api.IdmIdentityService;
import org.flowable.idm.api.Privilege;
import org.flowable.idm.api.User;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** Flowable's engines and REST resources. Who may call: users of Flowable's own, with the privilege for REST. */
@Configuration
@EnableAutoConfiguration
public class Server {
    private static final String REST = "access-rest-api";

    public static void main(String[] args) {
        try {
            var context = SpringApplication.run(Server.class, args);
            System.out.println("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
        } catch (RuntimeException error) {
            System.err.println("error: the server did not start: " + error.getMessage());
            System.exit(1);
        }
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        http.csrf(csrf -> csrf.disable());
        http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
        http.authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(REST));
        http.httpBasic(Customizer.withDefaults());
        return http.build();
    }

    @Bean
    CommandLineRunner users(IdmIdentityService identities) {
        return arguments -> {
            if (identities.createUserQuery().userId("admin").count() > 0) {
                return; // A database of an earlier run.
            }
            for (String name : new String[] {"admin", "guest"}) {
                User user = identities.newUser(name);
                user.setPassword("test");
                identities.saveUser(user);
            }
            Privilege privilege = identities.createPrivilege(REST);
            identities.addUserPrivilegeMapping(privilege.getId(), "admin");
        };
    }
}
