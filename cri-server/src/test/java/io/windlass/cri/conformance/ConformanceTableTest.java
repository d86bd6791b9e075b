package io.windlass.cri.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.windlass.cri.conformance.ConformanceTable.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS) // One look at all classes and sources is enough.
class ConformanceTableTest {
    private static final Set<String> SERVICES = Set.of("RuntimeService", "ImageService");

    private final ConformanceTable table = ConformanceTable.read();
    private final DaemonCode code = new DaemonCode();
    private final ProjectSources sources = new ProjectSources();
    private final Map<String, List<FieldDescriptor>> messages = RequestFields.byMessage();

    ConformanceTableTest() throws IOException {}

    @Test
    void everyRpcHasItsRowAndAHandlerAndNoOtherIsNamed() {
        List<String> wrong = new ArrayList<>();
        for (MethodDescriptor rpc : RequestFields.rpcs()) {
            String service = rpc.getService().getName();
            Row row = table.section(service).get(rpc.getName());
            if (row == null) {
                wrong.add("no row for RPC " + service + "." + rpc.getName());
            } else if (row.refusedAlways() == code.names(service, rpc.getName())) {
                wrong.add("the row of RPC " + row.where() + " says whether it is refused, and the code differs");
            }
        }
        Set<String> rpcs = RequestFields.rpcs().stream()
                .map(rpc -> rpc.getService().getName() + "." + rpc.getName())
                .collect(Collectors.toSet());
        table.rows().stream()
                .filter(row -> SERVICES.contains(row.section()) && !rpcs.contains(row.where()))
                .forEach(row -> wrong.add("a row for RPC " + row.where() + ", which is not there"));
        assertThat(wrong).isEmpty();
        assertThat(rpcs).hasSize(43);
    }

    @Test
    void everyRequestFieldHasItsRow() {
        List<String> wrong = new ArrayList<>();
        messages.forEach((message, fields) -> fields.forEach(field -> {
            if (!table.section(message).containsKey(field.getName())) {
                wrong.add("no row for " + message + "." + field.getName());
            }
        }));
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyRequestFieldIsReadUnlessItsRowSaysThatItIsRefusedOrInforms() {
        List<String> wrong = new ArrayList<>();
        messages.forEach((message, fields) -> fields.forEach(field -> {
            Row row = table.section(message).get(field.getName());
            boolean excused = row != null && (row.refusedAlways() || row.informative());
            if (!excused && !code.reads(field)) {
                wrong.add(message + "." + field.getName() + " is read by no code of the daemon");
            }
        }));
        assertThat(wrong).isEmpty();
    }

    @Test
    void noRowIsForAFieldThatIsNotThere() {
        List<String> wrong = new ArrayList<>();
        for (Row row : table.rows()) {
            List<FieldDescriptor> fields = messages.getOrDefault(row.section(), List.of());
            if (!SERVICES.contains(row.section())
                    && fields.stream().noneMatch(field -> field.getName().equals(row.name()))) {
                wrong.add("a row for " + row.where() + ", which is no field of a request");
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyRowSaysWhatItsFieldDoesAndWhatShowsIt() {
        List<String> wrong = new ArrayList<>();
        for (Row row : table.rows()) {
            boolean shown = row.informative()
                    || !row.tests().isEmpty()
                    || !row.refusals().isEmpty();
            if (row.meaning().isEmpty() || !shown) {
                wrong.add(row.where() + " says too little: " + row.meaning() + " | " + row.shownBy());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyTestAndRefusalOfTheTableIsThere() {
        List<String> wrong = new ArrayList<>();
        for (Row row : table.rows()) {
            row.tests().stream()
                    .filter(test -> !sources.hasTest(test))
                    .forEach(test -> wrong.add(row.where() + " names the test " + test + ", which is not there"));
            row.refusals().stream()
                    .filter(text -> !sources.canSay(text))
                    .forEach(text -> wrong.add(row.where() + " quotes a refusal that no code says: " + text));
        }
        assertThat(wrong).isEmpty();
    }
}
