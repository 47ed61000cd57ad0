package web;

import java.io.Serializable;
import java.security.Principal;
import java.security.acl.Group;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import javax.enterprise.context.SessionScoped;
import javax.security.auth.Subject;
import javax.security.jacc.PolicyContext;
import javax.security.jacc.PolicyContextException;
import org.jbpm.kie.services.api.IdentityProvider;

/**
 * Who calls: the login of the container. The web application's own class for it knows no name where tasks are concerned
 * in this container. No lambdas here: the injection of 6.0.1 cannot read them.
 */
@SessionScoped
public class Caller implements IdentityProvider, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public String getName() {
        for (Principal principal : principals()) {
            if (!(principal instanceof Group)) {
                return principal.getName();
            }
        }
        return null;
    }

    @Override
    public List<String> getRoles() {
        List<String> roles = new ArrayList<String>();
        for (Principal principal : principals()) {
            if (principal instanceof Group) {
                for (Principal role : Collections.list(((Group) principal).members())) {
                    roles.add(role.getName());
                }
            }
        }
        return roles;
    }

    private static Set<Principal> principals() {
        try {
            Subject subject = (Subject) PolicyContext.getContext("javax.security.auth.Subject.container");
            return subject == null ? Collections.<Principal>emptySet() : subject.getPrincipals();
        } catch (PolicyContextException error) {
            return Collections.<Principal>emptySet();
        }
    }
}
