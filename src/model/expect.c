#include "core/fail.h"
#include "model/encode.h"

kf_status kf_model_expect(const kf_type *type, const void *model, bool xml, kf_error *error)
{
    type = kf_model_type(type, model);
    const kf_wire_field *wire = type->wire != NULL ? type->wire->fields : NULL;
    for (size_t i = 0; wire != NULL && i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        if ((wire[i].flags & KF_WIRE_FILLED) != 0 && kf_load_count(model, field) == 0)
            return kf_fail(error, KF_ERROR_DECODE,
                           "%s.%s: " KF_MODEL_UNTOLD "never tells it, see the operation's description",
                           kf_type_short_name(type), field->name);
        if ((wire[i].flags & KF_WIRE_IN_JSON) != 0 && !xml && kf_field_state(field, model) == KF_ABSENT)
            return kf_fail(error, KF_ERROR_DECODE, "%s.%s: " KF_MODEL_UNTOLD "does not tell it in JSON, only in XML",
                           kf_type_short_name(type), field->name);
    }
    return KF_OK;
}
