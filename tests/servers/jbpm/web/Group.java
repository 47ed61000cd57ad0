package java.security.acl;

import java.security.Principal;
import java.util.Enumeration;

/** An interface that jBPM's security classes need and that JDK 14 dropped. */
public interface Group extends Principal {
    boolean addMember(Principal member);

    boolean removeMember(Principal member);

    boolean isMember(Principal member);

    Enumeration<? extends Principal> members();
}
