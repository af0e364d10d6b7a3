from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 25 * 1024**2  # more than any form of ours accepts


class BoundedUploadHandler(FileUploadHandler):
    """Keeps no more of a file than a form would accept. Its form then says that it is too large;
    the disk never held all of it."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start < MOST_BYTES else None

    def file_complete(self, file_size):
        return None  # the next handler has the file
