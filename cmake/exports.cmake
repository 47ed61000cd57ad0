# Writes a linker version script with every function and variable that the headers declare with KF_API.
#   cmake -DMAP=file -DNODE=name -DHEADERS=list -P exports.cmake

set(names)
foreach(header IN LISTS HEADERS)
    file(READ "${header}" text)
    # CMake's lists and brackets give these characters a meaning of their own.
    string(REPLACE ";" "@" text "\n${text}")
    string(REPLACE "[" "@" text "${text}")
    string(REPLACE "]" " " text "${text}")
    # A declaration stands at the beginning of a line; its name is the last word before "(", "[", "=" or ";".
    string(REGEX MATCHALL "\n[ \t]*(extern |KF_DEPRECATED )*KF_API[ \t\r\n][^(@=]*[(@=]" declarations "${text}")
    foreach(declaration IN LISTS declarations)
        string(REGEX REPLACE "^.*[^A-Za-z0-9_]([A-Za-z_][A-Za-z0-9_]*)[ \t\r\n]*[(@=]$" "\\1" name "${declaration}")
        if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
            message(FATAL_ERROR "${header}: no name in the declaration\n${declaration}")
        endif()
        list(APPEND names "${name}")
    endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
list(SORT names)
list(LENGTH names count)
if(count EQUAL 0)
    message(FATAL_ERROR "No KF_API declaration in ${HEADERS}")
endif()
list(JOIN names ";\n        " lines)
file(WRITE "${MAP}" "${NODE} {\n    global:\n        ${lines};\n    local:\n        *;\n};\n")
