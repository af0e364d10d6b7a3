from articles import permissions


class ChiefEditorsOnly:
    """An admin of what the whole house has in common: chief editors see and change it."""

    def has_module_permission(self, request):
        return permissions.is_chief_editor(request.user)

    has_add_permission = has_module_permission

    def has_view_permission(self, request, obj=None):
        return permissions.is_chief_editor(request.user)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


class EditorsLook:
    """An admin of what only verbs change: editors look, filter and press buttons of ours."""

    def has_module_permission(self, request):
        return permissions.is_editor(request.user)

    def has_view_permission(self, request, obj=None):
        return permissions.is_editor(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
