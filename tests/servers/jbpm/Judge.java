import java.io.File;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBException;
import javax.xml.bind.Unmarshaller;

/**
 * Reads requests of "execute" with a server's own classes and prints what these took them for: a line for the request
 * and one for each command. Arguments: the class that the server reads them with, and files.
 */
public class Judge {
    public static void main(String[] args) throws Exception {
        Unmarshaller unmarshaller = JAXBContext.newInstance(Class.forName(args[0])).createUnmarshaller();
        for (int i = 1; i < args.length; i++) {
            System.out.println(read(unmarshaller, new File(args[i])));
        }
    }

    private static String read(Unmarshaller unmarshaller, File file) throws Exception {
        List<String> complaints = new ArrayList<>();
        unmarshaller.setEventHandler(
            event -> complaints.add(event.getMessage().replaceAll("(?s) Expected elements are.*", "")));
        try {
            Object request = unmarshaller.unmarshal(file);
            return complaints.isEmpty() ? lines(request) : "complains: " + String.join("; ", complaints);
        } catch (JAXBException error) {
            return "cannot read: " + error;
        }
    }

    private static String lines(Object request) throws ReflectiveOperationException {
        Field field = request.getClass().getDeclaredField("commands");
        field.setAccessible(true);
        List<String> lines = new ArrayList<>();
        for (Object command : (List<?>) field.get(request)) {
            lines.add(text(command));
        }
        field.set(request, null);
        lines.add(0, text(request));
        return String.join("\n", lines);
    }

    /** A value; text in quotes, numbers with a letter for their type as in Java, objects by what is set in them. */
    private static String text(Object value) throws ReflectiveOperationException {
        if (value instanceof String) {
            return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
                .replace("\t", "\\t") + '"';
        }
        if (value instanceof Long) {
            return value + "L";
        }
        if (value instanceof Float) {
            return value + "f";
        }
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Enum) {
            return String.valueOf(value);
        }
        if (value instanceof Collection || value.getClass().isArray()) {
            return list(value);
        }
        Map<String, String> members = new TreeMap<>();
        String name = "";
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                members.put(String.valueOf(entry.getKey()), text(entry.getValue()));
            }
        } else if (value.getClass().getName().startsWith("org.jbpm") || value.getClass().getName().startsWith("org.kie")
            || value.getClass().getName().startsWith("org.drools")) {
            name = value.getClass().getSimpleName();
            fields(value, members);
        } else {
            return value.getClass().getName() + ":" + value;
        }
        return name + members.entrySet().stream().map(member -> member.getKey() + "=" + member.getValue())
            .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String list(Object value) throws ReflectiveOperationException {
        Object items = value instanceof Collection<?> collection ? collection.toArray() : value;
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < Array.getLength(items); i++) {
            texts.add(text(Array.get(items, i)));
        }
        return texts.toString();
    }

    private static void fields(Object object, Map<String, String> members) throws ReflectiveOperationException {
        for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                    continue;
                }
                field.setAccessible(true);
                String value = text(field.get(object));
                // What nobody set.
                if (!List.of("null", "[]", "{}", "false").contains(value)) {
                    members.put(field.getName(), value);
                }
            }
        }
    }
}
