# critest's JSON report -> lines: a row for each area, then every spec that did not pass, with the reason.
[.[].SpecReports[] | select(.LeafNodeType == "It")]
| map(select(.State != "skipped" or ((.Failure.Message // "") != "")))          # the others were filtered out
| map({area: (.ContainerHierarchyTexts[0] // "" | sub("^\\[k8s.io\\] "; "")), name: ((.ContainerHierarchyTexts[1:] + [.LeafNodeText]) | join(" > ")),
       state: .State, reason: (.Failure.Message // "" | gsub("\\s+"; " ") | .[0:300]), seconds: (.RunTime / 1e9)})
| def count(s): map(select(.state == s)) | length;
  def row: [.[0], .[1], .[2], .[3], .[4]] | "\(.[0] | tostring | (. + " " * 52)[0:52]) \(.[1] | tostring | (" " * 6 + .)[-6:]) \(.[2] | tostring | (" " * 6 + .)[-6:]) \(.[3] | tostring | (" " * 7 + .)[-7:]) \(.[4] | tostring | (" " * 7 + .)[-7:])";
  (["area", "passed", "failed", "skipped", "seconds"] | row),
  (group_by(.area)[] | [.[0].area, count("passed"), (length - count("passed") - count("skipped")), count("skipped"), (map(.seconds) | add | round)] | row),
  (["together", count("passed"), (length - count("passed") - count("skipped")), count("skipped"), (map(.seconds) | add | round)] | row),
  (.[] | select(.state != "passed") | "\(.state): \(.area) > \(.name): \(.reason)")
